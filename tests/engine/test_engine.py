"""The engine as pages and command line use it: alone, together, and when things go wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from core.engine.engine import Engine
from core.engine.loader import Loader, release
from core.errors import (
    AppError,
    CheckpointError,
    ConfigError,
    InputError,
    MemoryBudgetError,
    NotFoundError,
    UnexpectedError,
)
from core.results import Availability, CheckStatus, LoadStage, LoadState, Selection
from core.settings import Settings
from tests.engine.conftest import installation, let_go
from tests.tiny import make_tiny_tokenizer, save_tiny_classifier

ONE, TWO, BASE = Selection("tiny", "one"), Selection("tiny", "two"), Selection("tiny")
TEXT = "My card has not arrived yet."


def test_importing_it_brings_neither_torch_nor_transformers() -> None:
    code = (
        "import sys, core.engine.engine as e; e.Engine().candidates();"
        "print({'torch', 'transformers', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_load_passes_its_stages_in_order(engine: Engine) -> None:
    seen: list[LoadState] = []
    model = engine.load(ONE, seen.append)
    stages = [stage for stage in LoadStage if stage not in (LoadStage.QUEUED, LoadStage.DOWNLOAD)]
    assert list(dict.fromkeys(state.stage for state in seen)) == stages
    fractions = [state.fraction for state in seen]
    assert fractions == sorted(fractions)
    assert len({state.fraction for state in seen if state.stage is LoadStage.WEIGHTS}) > 10, "tensor by tensor"
    assert (model.pooler, model.head, model.mask, model.labels[0]) == ("attention", "vanilla", "causal", "arrival")
    assert model.health.worst is CheckStatus.PASSED
    assert engine.load_state(ONE).finished  # type: ignore[union-attr]


def test_a_prediction_is_what_the_model_says(engine: Engine) -> None:
    found = engine.classify(ONE, [TEXT])[0]
    predictor = engine.pair(ONE).predictor
    ids = torch.tensor([predictor.encoder.encode([TEXT])[0].ids])
    with torch.inference_mode():
        logits = predictor.model(input_ids=ids).logits[0]
    torch.testing.assert_close(torch.tensor(found.logits), logits)
    torch.testing.assert_close(torch.tensor(found.probabilities), logits.softmax(dim=0))
    assert found.label == found.labels[int(logits.argmax())] == found.top.label
    assert sum(found.probabilities) == pytest.approx(1)
    assert sum(found.pooling_weights or ()) == pytest.approx(1, abs=1e-5)
    assert "".join(t.text for t in found.tokens if t.end > t.start).replace(" ", "") == TEXT.replace(" ", "")
    assert engine.classify(TWO, [TEXT])[0].pooling_weights is None


def test_many_texts_keep_their_order_and_equal_each_alone(engine: Engine) -> None:
    texts = [f"{'card ' * (i % 30)}number {i}" for i in range(150)]
    together = engine.classify(ONE, texts)
    assert [p.text for p in together] == texts
    for text, found in list(zip(texts, together, strict=True))[::7]:
        alone = engine.classify(ONE, [text])[0]
        bound = 1e-5 * max(map(abs, alone.logits))
        assert max(abs(a - b) for a, b in zip(alone.logits, found.logits, strict=True)) <= bound


def test_the_number_of_torch_threads_is_left_as_it_was(engine: Engine) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        engine.classify(ONE, [f"text {i}" for i in range(64)])
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "\x01\x02\x1b[31m",
        "مرحبا \u202e abc",
        "🙂🙃 ❤️‍🔥 नमस्ते",
        "<script>alert(1)</script>",
        "![](http://x/y.png)",
        "\ud800x",
        "x" * 100_000,
    ],
    ids=["nul", "control", "rtl", "emoji", "script", "markdown", "surrogate", "long"],
)
def test_odd_texts_are_classified_and_kept_as_they_are(engine: Engine, text: str) -> None:
    found = engine.classify(ONE, [text])[0]
    assert found.text == text
    assert all(t.text == text[t.start : t.end] for t in found.tokens if t.end > t.start)
    assert found.truncated == (found.kept_characters < len(text))


def test_truncation_says_what_was_read(engine: Engine) -> None:
    long = "card " * 400
    found = engine.classify(ONE, [long])[0]
    assert found.truncated
    assert len(found.tokens) == engine.loaded()[0].max_tokens == 128
    assert found.total_tokens > 400
    assert engine.classify(ONE, [long[: found.kept_characters]])[0].logits == pytest.approx(found.logits, abs=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_text_is_refused_by_its_place(engine: Engine, text: str) -> None:
    with pytest.raises(InputError, match="Text 2 of 2 is empty"):
        engine.classify(ONE, [TEXT, text])


def test_an_overlong_text_is_refused(catalogue: Path, tmp_path: Path) -> None:
    engine = Engine(installation(catalogue, tmp_path, max_characters=10))
    with pytest.raises(InputError, match="The text has 28 characters; the limit is 10"):
        engine.classify(ONE, [TEXT])


def test_two_people_loading_at_once_load_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    real = Loader.load

    def counting(self: Loader, *args: Any) -> Any:
        calls.append(args[0].id)
        return real(self, *args)

    monkeypatch.setattr(Loader, "load", counting)
    with ThreadPoolExecutor(8) as pool:
        infos = list(pool.map(lambda _: engine.load(ONE), range(8)))
    assert calls == ["tiny"]
    assert len({id(info) for info in infos}) == 1


def test_adapters_of_one_candidate_share_its_base(engine: Engine) -> None:
    one, two = engine.load(ONE), engine.load(TWO)
    first, second = (dict(engine.pair(s).predictor.model.named_parameters()) for s in (ONE, TWO))
    name = "base_model.model.model.layers.0.mlp.up_proj.weight"
    assert first[name].data_ptr() == second[name].data_ptr()
    assert two.own_bytes < one.bytes


def test_the_least_recently_used_goes(catalogue: Path, tmp_path: Path) -> None:
    engine = Engine(installation(catalogue, tmp_path, max_loaded=2))
    for selection in (ONE, TWO):
        engine.load(selection)
    engine.classify(ONE, [TEXT])
    engine.load(BASE)
    assert [m.selection for m in engine.loaded()] == [BASE, ONE]
    assert engine.load_state(TWO) is None


def test_a_base_without_a_head_says_so(engine: Engine) -> None:
    checks = engine.load(BASE).health.checks
    assert checks[0].status is CheckStatus.WARNING
    assert "the head is random" in checks[0].message


def test_too_little_memory_states_both_numbers_and_keeps_what_is_loaded(catalogue: Path, tmp_path: Path) -> None:
    engine = Engine(installation(catalogue, tmp_path, memory_budget_gb=0.05))
    with pytest.raises(
        MemoryBudgetError, match=r"needs 128 MiB on cpu \(.* parameters in float32\), and 51 MiB are free"
    ):
        engine.load(ONE)
    assert not engine.requirements(ONE).fits


@pytest.mark.parametrize(
    ("selection", "error", "message"),
    [
        (Selection("tyni"), NotFoundError, "There is no candidate 'tyni'. Fix: did you mean 'tiny'"),
        (Selection("tiny", "onne"), NotFoundError, "has no adapter 'onne'. Fix: did you mean 'one'"),
        (Selection("absent", "one"), CheckpointError, "are not on this machine, and the Hub cannot be reached"),
    ],
)
def test_a_load_that_fails_leaves_the_rest(
    engine: Engine, selection: Selection, error: type[AppError], message: str
) -> None:
    engine.load(ONE)
    with pytest.raises(error, match=message):
        engine.load(selection)
    assert [m.selection for m in engine.loaded()] == [ONE]
    assert engine.classify(ONE, [TEXT])[0].label


def test_a_failed_load_can_be_polled_and_tried_again(engine: Engine) -> None:
    selection = Selection("absent", "one")
    engine.start_load(selection)
    state = engine.load_state(selection, wait=120)
    assert state is not None
    assert state.finished
    assert "cannot be reached" in state.error
    assert state.fix
    assert not engine.start_load(selection).error


def test_a_bug_keeps_its_traceback(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Loader, "load", broken)
    with pytest.raises(UnexpectedError, match=r"(?s)ZeroDivisionError: a bug.*in broken"):
        engine.load(ONE)
    with pytest.raises(UnexpectedError, match=r"(?s)ZeroDivisionError: a bug.*in broken") as first:
        engine.load_state(ONE)
    with pytest.raises(UnexpectedError) as second:
        engine.load_state(ONE)
    assert first.value is not second.value, "one exception raised again grows its traceback"
    assert str(first.value) == str(second.value)


def test_one_callers_bad_text_fails_only_that_caller(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.load(ONE)
    encoder = engine.pair(ONE).predictor.encoder
    real: Callable[[list[str]], Any] = encoder.encode

    def picky(texts: list[str]) -> Any:
        if "bad" in texts:
            raise InputError("bad text", fix="none")
        return real(texts)

    monkeypatch.setattr(type(encoder), "encode", lambda _, texts: picky(texts))

    def ask(i: int) -> str:
        try:
            return engine.classify(ONE, ["bad" if i % 5 == 0 else f"text {i}"])[0].text
        except InputError:
            return "refused"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(60)))
    assert answers == ["refused" if i % 5 == 0 else f"text {i}" for i in range(60)]


def test_many_people_at_once_each_get_their_own_answer(engine: Engine) -> None:
    texts = [f"{'word ' * (i % 11)}{i}" for i in range(80)]
    alone = {text: {s: engine.classify(s, [text])[0].logits for s in (ONE, TWO)} for text in texts}

    def ask(i: int) -> bool:
        text, selection = texts[i % 80], (ONE, TWO)[i % 2]
        found = engine.classify(selection, [text])[0]
        bound = 1e-5 * max(map(abs, found.logits))
        return found.text == text and all(
            abs(a - b) <= bound for a, b in zip(found.logits, alone[text][selection], strict=True)
        )

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(ask, range(400)))


def test_unloading_while_others_ask_answers_everybody(engine: Engine) -> None:
    def ask(i: int) -> str:
        if i % 9 == 0:
            engine.unload(ONE)
        return engine.classify(ONE, [f"text {i}"])[0].text

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(60))) == [f"text {i}" for i in range(60)]


def test_unloading_gives_memory_back(tmp_path: Path, tiny_tokenizer: Any) -> None:
    from transformers import LlamaConfig, LlamaForSequenceClassification

    config = LlamaConfig(
        vocab_size=len(tiny_tokenizer),
        hidden_size=1024,
        intermediate_size=4096,
        num_hidden_layers=4,
        num_attention_heads=8,
        id2label=dict(enumerate("abc")),
    )
    model = LlamaForSequenceClassification(config)
    size = sum(p.numel() * 4 for p in model.parameters())
    model.save_pretrained(tmp_path / "big")
    tiny_tokenizer.save_pretrained(tmp_path / "big")
    del model
    engine = Engine(installation(tmp_path / "none", tmp_path))
    selection = engine.resolve(str(tmp_path / "big"))

    def resident() -> int:
        return int(psutil.Process().memory_full_info().uss)

    release()  # what earlier tests left and freed, or the model would be loaded into it unseen
    before = resident()
    engine.classify(selection, [TEXT])
    loaded = resident()
    engine.unload(selection)
    assert loaded - before > 0.7 * size
    assert resident() - before < 0.3 * size


def test_own_candidates_are_added_kept_and_removed(
    engine: Engine, tiny_folders: dict[str, Path], catalogue: Path, tmp_path: Path
) -> None:
    added = engine.add_candidate(str(tiny_folders["llama"]), title="Mine!", adapter=str(catalogue / "adapters" / "one"))
    assert (added.id, added.title, added.role, added.availability) == ("mine", "Mine!", "own", Availability.READY)
    assert Engine(engine.settings).candidate("mine").adapters[0].id == "one"
    selection = Selection("mine", "one")
    assert engine.classify(selection, [TEXT])[0].logits == pytest.approx(engine.classify(ONE, [TEXT])[0].logits)
    assert engine.add_candidate(str(tiny_folders["llama"]), title="Mine").id == "mine-2"
    engine.remove_candidate("mine")
    assert selection not in [m.selection for m in engine.loaded()]
    assert "mine" not in [c.id for c in engine.candidates()]
    assert tiny_folders["llama"].is_dir()
    with pytest.raises(NotFoundError, match="'tiny' came with the app"):
        engine.remove_candidate("tiny")


@pytest.mark.parametrize(
    ("source", "options", "error", "message"),
    [
        ("", {}, InputError, "No model is given"),
        ("nowhere/at/all", {}, NotFoundError, "There is no folder 'nowhere/at/all'"),
        ("{adapter}", {}, CheckpointError, "is an adapter folder, not a base model"),
        ("{model}", {"adapter": "{model}"}, CheckpointError, "is a folder of a whole model, not of an adapter"),
        ("{model}", {"adapter": "{model}/config.json"}, NotFoundError, "is a file, not a folder"),
        (
            "{model}/model.safetensors",
            {},
            NotFoundError,
            "is a file, not a folder.* Fix: give the folder that",
        ),
        ("{models}", {}, CheckpointError, "holds no model itself, but folders of models.*Fix: give one of them"),
        ("{catalogue}", {}, CheckpointError, "holds no model, but folders of adapters.*as the adapter: .*adapters/one"),
        ("{model}", {"adapter": "{catalogue}"}, CheckpointError, "its folders hold adapters.*adapters/one"),
        ("{model}", {"model_type": "lama"}, ConfigError, "did you mean 'llama'"),
        ("{model}", {"model_type": "llama", "pooler_type": "meen"}, ConfigError, "did you mean 'mean'"),
    ],
)
def test_what_cannot_be_added_is_refused_and_nothing_is_written(
    engine: Engine,
    tiny_folders: dict[str, Path],
    catalogue: Path,
    source: str,
    options: dict[str, str],
    error: type[AppError],
    message: str,
) -> None:
    names = {"adapter": str(catalogue / "adapters" / "one"), "model": str(tiny_folders["llama"])}
    names |= {"catalogue": str(catalogue), "models": str(tiny_folders["llama"].parent)}
    with pytest.raises(error, match=message):
        engine.add_candidate(source.format(**names), **{k: v.format(**names) for k, v in options.items()})
    assert [c.id for c in engine.candidates()] == ["absent", "tiny"]


def test_a_broken_catalogue_file_is_told_and_the_others_are_offered(catalogue: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(catalogue, tmp_path / "copy"))
    (copy / "zz.yaml").write_text("id: zz\nbase_model: {pretrained_model_name_or_path: x, num_lables: 3}\n")
    engine = Engine(installation(copy, tmp_path))
    assert [c.id for c in engine.candidates()] == ["absent", "tiny"]
    assert "did you mean 'num_labels'" in engine.problems()[0].fix


def test_resolving_what_a_person_types(engine: Engine, catalogue: Path, tiny_folders: dict[str, Path]) -> None:
    assert engine.resolve("tiny", "two") == TWO
    assert engine.resolve(str(catalogue / "tiny.yaml"), "one") == ONE
    folder = engine.resolve(str(tiny_folders["llama"]), str(catalogue / "adapters" / "two"))
    assert engine.classify(folder, [TEXT])[0].logits == pytest.approx(engine.classify(TWO, [TEXT])[0].logits)
    with pytest.raises(NotFoundError, match="There is no candidate 'tinny'. Fix: did you mean 'tiny'"):
        engine.resolve("tinny")


def test_several_labels_and_regression(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    from core.model.open import open_classifier

    for problem, count in (("multi_label_classification", 3), ("regression", 1)):
        from core.config import BaseModelConfig

        config = BaseModelConfig(
            pretrained_model_name_or_path=str(tiny_folders["llama"]),
            model_type="llama",
            num_labels=count,
            problem_type=problem,
        )
        open_classifier(config).model.save_pretrained(tmp_path / problem)
        shutil.copy(tiny_folders["llama"] / "tokenizer.json", tmp_path / problem)
        shutil.copy(tiny_folders["llama"] / "tokenizer_config.json", tmp_path / problem)
        engine = Engine(installation(tmp_path / "none", tmp_path))
        found = engine.classify(engine.resolve(str(tmp_path / problem)), [TEXT])[0]
        assert found.problem_type == problem
        if problem == "regression":
            assert found.probabilities[0] != found.probabilities[0]
        else:
            wanted = torch.tensor(found.logits).sigmoid()
            torch.testing.assert_close(torch.tensor(found.probabilities), wanted)
            above = [label for label, p in zip(found.labels, wanted, strict=True) if p >= 0.5]
            assert found.label == (", ".join(above) or "none")


@pytest.mark.parametrize(
    ("count", "words", "imported", "packed"),
    [
        (16, 80, False, True),
        (20, 3, False, False),
        (15, 80, False, False),
        (2, 3, True, True),
        (1, 3, True, False),
    ],
)
def test_many_texts_are_packed_and_so_are_a_few_once_that_costs_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, count: int, words: int, imported: bool, packed: bool
) -> None:
    from core.engine.backends.torch.packed import PackedPass

    rows: list[int] = []
    original = PackedPass.__call__

    def counted(self: PackedPass, ids: Any) -> Any:
        rows.extend(len(row) for row in ids)
        return original(self, ids)

    monkeypatch.setattr(PackedPass, "__call__", counted)
    monkeypatch.setattr("core.engine.predictor.bulk_is_imported", lambda: imported)
    texts = [f"{TEXT} {i} " + "money " * words for i in range(count)]
    predictions = engine.classify(ONE, texts)
    assert len(rows) == (count if packed else 0)
    for text, prediction in zip(texts, predictions, strict=True):
        alone = engine.classify(ONE, [text])[0]
        assert prediction.logits == pytest.approx(alone.logits, abs=1e-5 * max(map(abs, alone.logits)))


CHAT = "{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}{% endfor %}"


@pytest.mark.parametrize("labels", [("a", "b"), ("value",)])
def test_with_and_without_the_chat_template_nobody_gets_the_others_answer(
    tmp_path: Path, labels: tuple[str, ...]
) -> None:
    problem: Any = "regression" if len(labels) == 1 else "single_label_classification"
    folder = save_tiny_classifier(tmp_path / "model", "llama", labels, problem)
    tokenizer = make_tiny_tokenizer()
    tokenizer.chat_template = CHAT
    tokenizer.save_pretrained(folder)
    engine = Engine(Settings(user_catalogue=tmp_path / "own", device="cpu"))
    raw = engine.resolve(str(folder))
    templated, declined = replace(raw, chat_template="user"), replace(raw, chat_template="none")
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)

    def expected(ids: list[int]) -> list[float]:
        with torch.inference_mode():
            return model(input_ids=torch.tensor([ids])).logits[0].tolist()  # type: ignore[no-any-return]

    turn: Any = tokenizer.apply_chat_template([{"role": "user", "content": TEXT}], tokenize=True, return_dict=False)
    for _ in range(2):
        for selection, ids in (
            (raw, tokenizer(TEXT).input_ids),
            (templated, turn),
            (declined, tokenizer(TEXT).input_ids),
        ):
            assert engine.classify(selection, [TEXT])[0].logits == pytest.approx(expected(ids), abs=1e-5)
    states = {model.selection.chat_template: model for model in engine.loaded()}
    assert {name: model.chat_template for name, model in states.items()} == {
        None: "none",
        "user": "user",
        "none": "none",
    }
    assert sum(model.own_bytes for model in states.values()) < states["user"].bytes, "the base is in memory once"
    assert "in the chat template" in str(templated)
    let_go(engine)
