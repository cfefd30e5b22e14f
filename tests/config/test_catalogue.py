"""The catalogue that ships, and catalogues with something wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import AdapterEntry, BaseModelConfig, CandidateConfig, Catalogue
from core.config.candidate import ArchitectureNumbers, backbone_parameter_count, parameter_count
from core.config.candidate import ChatTemplate as CandidateTemplate
from core.config.catalogue import adapter_of, identifier_from, read_candidate, write_candidate
from core.errors import ConfigError, InputError, NotFoundError
from core.results.verdict import ChatTemplate
from core.settings import ROOT

FOLDER = ROOT / "assets" / "candidates"
SHIPPED = Catalogue.read(FOLDER)

#: Parameters with the language-model head, tied weights once, as published.
TOTALS = {
    "llama3-8b-it": 8_030_261_248,
    "llama3-8b-it-bidirectional": 8_030_261_248,
    "llama3.1-8b-it": 8_030_261_248,
    "vicuna-7b-v1.5": 6_738_415_616,
    "gemma2-9b-it": 9_241_705_984,
    "gemma2-9b-it-bidirectional": 9_241_705_984,
    "mistral-nemo-instruct-2407": 12_247_782_400,
    "mistral-7b-v0.1": 7_241_732_096,
    "gemma2-27b-it": 27_227_128_320,
    "mistral-small-24b-instruct-2501": 23_572_403_200,
    "yi-1.5-34b-chat": 34_388_917_248,
}
BACKBONES = {
    "llama3-8b-it": 7_504_924_672,
    "vicuna-7b-v1.5": 6_607_343_616,
    "gemma2-9b-it": 9_241_705_984,
    "mistral-nemo-instruct-2407": 11_576_693_760,
    "mistral-7b-v0.1": 7_110_660_096,
}
DEMOS = ["demo-gemma2", "demo-llama", "demo-mistral"]


def test_everything_that_ships_is_readable_and_there() -> None:
    assert SHIPPED.problems == ()
    assert sorted(SHIPPED.ids) == sorted([*DEMOS, "vanilla", *TOTALS])


@pytest.mark.parametrize("candidate", SHIPPED.candidates, ids=SHIPPED.ids)
def test_each_says_what_a_person_needs(candidate: CandidateConfig) -> None:
    assert (FOLDER / f"{candidate.id}.yaml").is_file(), "the file has the candidate's name"
    assert candidate.title
    assert candidate.licence
    assert candidate.summary.endswith(".")
    if candidate.role == "demo":
        assert [a.id for a in candidate.adapters] == ["banking77", "clinc150-domains"]
        assert all(5 <= len(a.examples) <= 6 and a.title and a.summary for a in candidate.adapters)
        assert Path(candidate.base_model.pretrained_model_name_or_path) == ROOT / "assets" / "models" / candidate.id
        return
    name = candidate.base_model.pretrained_model_name_or_path
    assert candidate.url == f"https://huggingface.co/{name}"
    assert candidate.examples
    assert candidate.max_tokens is not None
    assert candidate.architecture is not None
    assert candidate.max_tokens <= candidate.architecture.max_position_embeddings


@pytest.mark.parametrize("name", TOTALS)
def test_parameter_counts_are_the_published_ones(name: str) -> None:
    numbers, family = _numbers(name)
    assert parameter_count(numbers, family) == TOTALS[name]
    if name in BACKBONES:
        assert backbone_parameter_count(numbers, family) == BACKBONES[name]


@pytest.mark.parametrize("name", [*TOTALS, "vanilla"])
def test_parameter_counts_are_those_of_the_models_that_transformers_builds(name: str) -> None:
    """On the meta device: shapes without memory."""
    import torch
    import transformers as hf

    numbers, family = _numbers(name)
    sizes = numbers.to_dict()
    if family == "vanilla":
        for odd in ("num_key_value_heads", "head_dim", "sliding_window"):
            del sizes[odd]
        with torch.device("meta"):
            bert = hf.BertModel(hf.BertConfig(**sizes), add_pooling_layer=False)
        assert bert.num_parameters() == SHIPPED.get(name).parameters
        return
    classes: dict[str, tuple[Any, Any]] = {
        "llama": (hf.LlamaConfig, hf.LlamaForCausalLM),
        "gemma2": (hf.Gemma2Config, hf.Gemma2ForCausalLM),
        "mistral": (hf.MistralConfig, hf.MistralForCausalLM),
    }
    make_config, make_model = classes[family]
    with torch.device("meta"):
        model = make_model(make_config(**sizes))
    assert model.num_parameters() == parameter_count(numbers, family)
    assert model.model.num_parameters() == backbone_parameter_count(numbers, family)


def _numbers(name: str) -> tuple[ArchitectureNumbers, Any]:
    candidate = SHIPPED.get(name)
    assert candidate.architecture is not None
    return candidate.architecture, candidate.base_model.architecture.family


def test_the_count_of_an_unknown_family_is_unknown() -> None:
    numbers, family = _numbers("vanilla")
    assert parameter_count(numbers, family) is None
    assert backbone_parameter_count(numbers, family) is None


def test_an_example_is_a_text_with_or_without_the_class_that_is_expected() -> None:
    entry = {"id": "a", "path": "./a", "examples": ["a text", {"text": "b", "expected": "x", "hard": True}]}
    plain, hard = AdapterEntry.parse(entry).examples
    assert (plain.text, plain.expected, plain.hard) == ("a text", "", False)
    assert (hard.text, hard.expected, hard.hard) == ("b", "x", True)
    with pytest.raises(ConfigError, match="expcted"):
        AdapterEntry.parse({**entry, "examples": [{"text": "b", "expcted": "x"}]})


def test_the_demos_have_easy_examples_first_and_say_what_they_expect() -> None:
    for adapter in (a for c in SHIPPED.candidates if c.role == "demo" for a in c.adapters):
        hard = [example.hard for example in adapter.examples]
        assert hard == sorted(hard)
        assert 1 <= sum(hard) <= 2
        assert all(example.expected for example in adapter.examples)


def test_the_template_of_the_readme_is_a_candidate() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    template = text.split("```yaml\n")[1].split("```")[0]
    made = CandidateConfig.from_yaml(template)
    left_out = set(CandidateConfig.model_fields) - {"role", "parameters"} - made.model_fields_set
    assert not left_out, "the template shows every field"


IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", fullmatch=True)
WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
CANDIDATES = st.builds(
    CandidateConfig,
    id=IDS,
    title=WORDS,
    role=st.sampled_from(["demo", "candidate", "teacher", "own"]),
    summary=WORDS,
    gated=st.booleans(),
    base_model=st.builds(BaseModelConfig, pretrained_model_name_or_path=st.sampled_from(["org/model", "../here"])),
    architecture=st.none() | st.just(_numbers("gemma2-9b-it")[0]),
    parameters=st.none() | st.integers(1, 10**12),
    max_tokens=st.none() | st.integers(2, 10**6),
    adapters=st.lists(
        st.builds(AdapterEntry, id=IDS, path=st.just("./a"), examples=st.lists(WORDS, max_size=2)),
        max_size=2,
        unique_by=lambda adapter: adapter.id,
    ),
    examples=st.lists(WORDS, max_size=2),
)


@given(CANDIDATES)
def test_round_trips(made: CandidateConfig) -> None:
    assert CandidateConfig.from_yaml(made.to_yaml()) == made
    assert CandidateConfig.from_json(made.to_json()) == made


def test_written_candidates_are_read_back(tmp_path: Path) -> None:
    candidate = CandidateConfig(id="mine", base_model=BaseModelConfig(pretrained_model_name_or_path="org/model"))
    path = write_candidate(candidate, tmp_path / "new")
    assert path == tmp_path / "new" / "mine.yaml"
    assert read_candidate(path) == candidate
    assert [p.name for p in path.parent.iterdir()] == ["mine.yaml"], "nothing half-written stays behind"


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = """
id: mine
base_model: {pretrained_model_name_or_path: ../models/x, pretrained_adapter_path: ./start}
adapters:
  - {id: a, path: ../models/x/a}
  - {id: b, path: org/adapter}
"""
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    made = read_candidate(tmp_path / "mine.yaml")
    models = (tmp_path / ".." / "models").resolve()
    assert made.base_model.pretrained_model_name_or_path == str(models / "x")
    assert made.base_model.pretrained_adapter_path == str(tmp_path.resolve() / "start")
    assert [a.path for a in made.adapters] == [str(models / "x" / "a"), "org/adapter"]


def test_a_bad_file_does_not_take_the_others_away(tmp_path: Path) -> None:
    good = "base_model: {pretrained_model_name_or_path: org/model}\n"
    (tmp_path / "a.yaml").write_text(f"id: a\n{good}", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(f"id: a\n{good}", encoding="utf-8")
    (tmp_path / "c.yaml").write_text(f"id: c\ntitel: C\n{good}", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    read = Catalogue.read(tmp_path, tmp_path / "not-there")
    assert read.ids == ["a"]
    assert [str(p) for p in read.problems] == [
        f"{tmp_path / 'b.yaml'}: the id 'a' is taken. Fix: choose another id.",
        f"{tmp_path / 'c.yaml'}: CandidateConfig has no field 'titel'. Fix: did you mean 'title'? Known: "
        + ", ".join(CandidateConfig.model_fields)
        + ".",
    ]


def test_names_that_are_not_there() -> None:
    with pytest.raises(NotFoundError, match="no candidate 'demo-lama'. Fix: did you mean 'demo-llama'"):
        SHIPPED.get("demo-lama")
    with pytest.raises(NotFoundError, match="no candidate 'x'. Fix: `python -m core candidates` lists them"):
        SHIPPED.get("x")
    demo = SHIPPED.get("demo-llama")
    assert adapter_of(demo, "banking77").id == "banking77"
    with pytest.raises(
        NotFoundError, match="no adapter 'banking'. Fix: did you mean 'banking77'. It has: banking77, c"
    ):
        adapter_of(demo, "banking")
    with pytest.raises(NotFoundError, match="no adapter 'x'. Fix: It has: none"):
        adapter_of(SHIPPED.get("vanilla"), "x")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": ""}, "CandidateConfig.id cannot be ''"),
        ({"id": "../x"}, "CandidateConfig.id cannot be '../x'"),
        ({"role": "teachers"}, "role cannot be 'teachers'. Fix: did you mean 'teacher'"),
        ({"max_tokens": 1}, "max_tokens cannot be 1"),
        ({"base_model": {}}, "pretrained_model_name_or_path"),
        (
            {"base_model": {"pretrained_model_name_or_path": "x", "num_label": 2}},
            "BaseModelConfig has no field 'num_label'",
        ),
        ({"adapters": [{"id": "a", "path": "x"}, {"id": "a", "path": "y"}]}, "'mine' has two adapters 'a'"),
        ({"adapters": [{"id": "a"}]}, "AdapterEntry needs the field 'path'"),
        ({"architecture": {"hidden_size": 8}}, "ArchitectureNumbers needs the field 'num_hidden_layers'"),
    ],
)
def test_candidates_that_cannot_work_are_refused(fields: dict[str, Any], message: str) -> None:
    base = {"id": "mine", "base_model": {"pretrained_model_name_or_path": "x"}}
    with pytest.raises(ConfigError, match=message):
        CandidateConfig(**{**base, **fields})


@pytest.mark.parametrize(
    ("source", "made"),
    [("org/Name 7B", "name-7b"), ("/data/My_Model/", "my_model"), ("C:\\models\\a.b", "a.b"), ("x" * 99, "x" * 80)],
)
def test_ids_from_names(source: str, made: str) -> None:
    assert identifier_from(source) == made


def test_a_name_of_which_no_id_can_be_made() -> None:
    with pytest.raises(InputError, match="No name can be made from '🙂'"):
        identifier_from("🙂")


def test_a_chat_template_is_what_selections_mean_by_it() -> None:
    assert get_args(CandidateTemplate) == get_args(ChatTemplate)
