"""Models without weights: known totals, the same modules as a real load, and nothing else in the process changed."""

from __future__ import annotations

import json
import random
import shutil
import threading
from pathlib import Path

import pytest
import torch
from torch import nn

from core.architecture.outlines import (
    META,
    default_adapter,
    outline_adapter,
    outline_backbone,
    outline_causal_lm,
    outline_classifier,
    outline_new_adapter,
    stock_config,
)
from core.config import AdapterConfig, BaseModelConfig, CandidateConfig
from core.config.candidate import ArchitectureNumbers, backbone_parameter_count, parameter_count
from core.config.catalogue import Catalogue
from core.errors import CheckpointError, ConfigError, NotFoundError
from core.model.adapters.attach import load_adapter
from core.settings import ROOT
from tests.model.conftest import LABELS, opened, write_adapter
from tests.tiny import tiny_model

CATALOGUE = Catalogue.read(ROOT / "assets" / "candidates")
#: Parameters with the language-model head, and of the backbone, as their makers' checkpoints have them.
KNOWN = {
    "llama3-8b-it": (8_030_261_248, 7_504_924_672),
    "llama3-8b-it-bidirectional": (8_030_261_248, 7_504_924_672),
    "llama3.1-8b-it": (8_030_261_248, 7_504_924_672),
    "vicuna-7b-v1.5": (6_738_415_616, 6_607_343_616),
    "gemma2-9b-it": (9_241_705_984, 9_241_705_984),
    "gemma2-9b-it-bidirectional": (9_241_705_984, 9_241_705_984),
    "mistral-nemo-instruct-2407": (12_247_782_400, 11_576_693_760),
    "mistral-7b-v0.1": (7_241_732_096, 7_110_660_096),
}
ABSENT = [c.id for c in CATALOGUE.candidates if c.architecture is not None]
TYPES = {"llama": "llama", "gemma2": "gemma2-bidirectional", "mistral": "mistral", "bert": "vanilla"}


def count(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def local(folder: Path, model_type: str = "llama", **fields: object) -> CandidateConfig:
    base = BaseModelConfig(pretrained_model_name_or_path=str(folder), model_type=model_type, **fields)
    return CandidateConfig(id="local", base_model=base)


@pytest.mark.parametrize("candidate", KNOWN)
def test_totals_are_the_known_ones(candidate: str) -> None:
    config = CATALOGUE.get(candidate)
    with_head, without = KNOWN[candidate]
    assert count(outline_causal_lm(config, None)) == with_head
    assert count(outline_backbone(config, None)) == without


@pytest.mark.parametrize("candidate", [c for c in ABSENT if c != "vanilla"])
def test_totals_are_those_of_the_catalogues_own_formula(candidate: str) -> None:
    config = CATALOGUE.get(candidate)
    assert config.architecture is not None
    family = config.base_model.architecture.family
    assert count(outline_causal_lm(config, None)) == parameter_count(config.architecture, family)
    assert count(outline_backbone(config, None)) == backbone_parameter_count(config.architecture, family)


@pytest.mark.parametrize("candidate", ABSENT)
def test_with_a_new_adapter(candidate: str) -> None:
    config = CATALOGUE.get(candidate)
    adapter = default_adapter(config.base_model.architecture.family)
    model = outline_new_adapter(outline_classifier(config, None, 7), adapter)
    assert {p.device for p in model.parameters()} == {META}
    factors = [(n, p) for n, p in model.named_parameters() if "lora_" in n]
    assert all(p.requires_grad for _, p in factors)
    rank = {p.shape[0] for n, p in factors if ".lora_A." in n}
    assert rank == {32}
    head = model.base_model.model.score
    assert len(head.modules_to_save["default"].weight) == 7
    trainable, _ = model.get_nb_trainable_parameters()
    assert trainable == sum(p.numel() for _, p in factors) + count(head.modules_to_save)


def test_the_windows_are_those_of_the_family() -> None:
    gemma, mistral = (stock_config(CATALOGUE.get(name), None) for name in ("gemma2-9b-it", "mistral-7b-v0.1"))
    assert gemma.layer_types[:2] == ["sliding_attention", "full_attention"]
    assert (gemma.sliding_window, mistral.sliding_window) == (4096, 4096)
    assert stock_config(CATALOGUE.get("mistral-nemo-instruct-2407"), None).sliding_window is None
    assert outline_classifier(CATALOGUE.get("gemma2-9b-it-bidirectional"), None, None).config.is_causal is False


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("family", TYPES)
def test_a_folder_gives_the_modules_of_a_real_load(
    tiny_folders: dict[str, Path], tmp_path: Path, family: str, dtype: str
) -> None:
    targets = ("query", "value") if family == "bert" else ("q_proj", "down_proj")
    base = opened(tiny_folders[family], TYPES[family], torch_dtype=dtype)
    for pooler, head in (("attention", "sequential"), ("gem", "vanilla")):
        folder = tmp_path / pooler
        write_adapter(base, folder, AdapterConfig(r=3, target_modules=targets), pooler_type=pooler, head_type=head)
        real = load_adapter(base, folder).model
        candidate = local(tiny_folders[family], TYPES[family], torch_dtype=dtype)
        made = outline_adapter(candidate, tiny_folders[family], folder)
        going_on = load_adapter(base, folder, is_trainable=True).model
        assert [(n, type(m)) for n, m in made.named_modules()] == [(n, type(m)) for n, m in real.named_modules()]
        assert [(n, p.shape, p.dtype) for n, p in made.named_parameters()] == [
            (n, p.shape, p.dtype) for n, p in real.named_parameters()
        ]
        trained, wanted = ([n for n, p in m.named_parameters() if p.requires_grad] for m in (made, going_on))
        assert trained == wanted
        assert {p.device for p in made.parameters()} == {META}


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_a_language_model_is_the_stock_one(tiny_folders: dict[str, Path], family: str) -> None:
    real = tiny_model(family, 320)
    made = outline_causal_lm(local(tiny_folders[family], family), tiny_folders[family])
    assert type(made) is type(real)
    assert [(n, p.shape) for n, p in made.named_parameters()] == [(n, p.shape) for n, p in real.named_parameters()]
    assert (made.get_output_embeddings().weight is made.get_input_embeddings().weight) == (family == "gemma2")


def test_layers_are_removed_and_frozen_as_the_config_says(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    fields = {"num_layers_to_remove": 1, "freeze_these_layers_indices": (0,), "freeze_embeddings": True}
    config = local(tiny_folders["llama"], num_labels=len(LABELS), torch_dtype="bfloat16", **fields)
    made = outline_classifier(config, tiny_folders["llama"], None)
    assert len(made.backbone.layers) == made.config.num_hidden_layers == 1
    assert {n for n, p in made.named_parameters() if p.requires_grad} == {"model.norm.weight", "score.weight"}
    assert {p.dtype for p in made.parameters()} == {torch.bfloat16}
    base = opened(tiny_folders["llama"], num_layers_to_remove=1)
    write_adapter(base, tmp_path, AdapterConfig(r=3, target_modules=("q_proj",)), pooler_type="mean")
    adapted = outline_adapter(config, tiny_folders["llama"], tmp_path)
    assert len(adapted.base_model.model.model.layers) == 1
    lm = outline_causal_lm(config, tiny_folders["llama"])
    assert len(lm.model.layers) == 1


def test_nothing_else_in_the_process_is_touched() -> None:
    """Random states, the default dtype, and another thread's device while a model is being built."""
    before = torch.random.get_rng_state(), random.getstate()
    inside, looked = threading.Event(), threading.Event()
    seen: list[torch.device] = []

    def other() -> None:
        inside.wait(30)
        seen.append(torch.empty(1).device)
        looked.set()

    thread = threading.Thread(target=other)
    thread.start()
    with META:
        inside.set()
        assert looked.wait(30)
        assert torch.empty(1).device == META
    thread.join()
    config = CATALOGUE.get("mistral-7b-v0.1")
    outline_new_adapter(outline_classifier(config, None, 2), AdapterConfig())
    outline_causal_lm(config, None)
    assert seen == [torch.device("cpu")]
    assert torch.equal(before[0], torch.random.get_rng_state())
    assert before[1] == random.getstate()
    assert torch.get_default_dtype() == torch.float32
    assert torch.empty(1).device == torch.device("cpu")


def test_ties_hold_while_another_thread_loads() -> None:
    """`from_pretrained` switches the library's own tying off for the whole process as long as it runs."""
    from transformers import initialization

    with initialization.no_tie_weights():
        made = outline_causal_lm(CATALOGUE.get("gemma2-9b-it"), None)
    assert count(made) == KNOWN["gemma2-9b-it"][0]


def test_loads_and_outlines_at_the_same_time(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    """Real loads in 16 bits, which set the default dtype of the process, go on while outlines are built."""
    base = opened(tiny_folders["gemma2"], "gemma2-bidirectional", torch_dtype="bfloat16")
    write_adapter(base, tmp_path, AdapterConfig(r=3, target_modules=("q_proj",)), pooler_type="mean")
    expected = {name: p.detach().clone() for name, p in base.model.named_parameters()}
    made = local(tiny_folders["gemma2"], "gemma2-bidirectional")
    shapes = [
        (n, p.shape, p.dtype) for n, p in outline_adapter(made, tiny_folders["gemma2"], tmp_path).named_parameters()
    ]
    wrong: list[str] = []
    over = threading.Event()

    def load() -> None:
        try:
            for _ in range(12):
                model = opened(tiny_folders["gemma2"], "gemma2-bidirectional", torch_dtype="bfloat16").model
                backbone = [(n, p) for n, p in model.named_parameters() if n.startswith("model.")]
                wrong.extend(n for n, p in backbone if not torch.equal(p, expected[n]))
        finally:
            over.set()

    thread = threading.Thread(target=load)
    thread.start()
    outlines = 0
    while not over.is_set():
        found = outline_adapter(made, tiny_folders["gemma2"], tmp_path)
        assert [(n, p.shape, p.dtype) for n, p in found.named_parameters()] == shapes
        assert count(outline_causal_lm(CATALOGUE.get("gemma2-9b-it"), None)) == KNOWN["gemma2-9b-it"][0]
        outlines += 1
    thread.join()
    assert outlines
    assert not wrong
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("vocab_size", 330, "embed_tokens.*320 x 32.* makes it 330 x 32"),
        ("hidden_act", "foo", "cannot be opened"),
    ],
)
def test_a_folder_that_contradicts_itself_is_no_outline(
    tiny_folders: dict[str, Path], tmp_path: Path, field: str, value: object, message: str
) -> None:
    copy = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "copy"))
    data = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**data, field: value}))
    candidate = CandidateConfig(id="x", base_model=BaseModelConfig(pretrained_model_name_or_path=str(copy)))
    with pytest.raises(CheckpointError, match=message):
        outline_classifier(candidate, copy, 3)


def test_what_cannot_be_built() -> None:
    bert = CATALOGUE.get("vanilla")
    assert count(outline_backbone(bert, None)) == bert.parameters
    with pytest.raises(ConfigError, match="architecture 'bert', which predicts no next token"):
        outline_causal_lm(bert, None)
    with pytest.raises(NotFoundError, match="as a BERT it would have 108,891,648 parameters, and its YAML states 7"):
        outline_backbone(bert.model_copy(update={"parameters": 7}), None)
    with pytest.raises(NotFoundError, match="its YAML has no architecture numbers"):
        outline_backbone(bert.model_copy(update={"architecture": None}), None)
    numbers = ArchitectureNumbers(
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=4,
        intermediate_size=8,
        vocab_size=16,
        max_position_embeddings=16,
    )
    whole = local(Path("no/where"), torch_dtype="int8").model_copy(update={"architecture": numbers})
    with pytest.raises(ConfigError, match="a classifier cannot run in it"):
        outline_classifier(whole, None, None)
    model = outline_classifier(CATALOGUE.get("llama3-8b-it"), None, 2)
    with pytest.raises(ConfigError, match="target_modules has 'q_prj'"):
        outline_new_adapter(model, AdapterConfig(target_modules=("q_prj",)))
