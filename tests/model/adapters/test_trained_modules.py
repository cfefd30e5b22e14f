"""Pooler, head and classes of an adapter: as its card says, else as its tensors tell."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from transformers import LlamaConfig

from core.config.components import HEADS, OWN_HEAD, POOLERS
from core.files.folders import AdapterFolder
from core.model.adapters.card import AdapterCard
from core.model.adapters.tensor_names import PEFT_PREFIX
from core.model.adapters.trained_modules import AdapterParts, adapter_parts, head_rows
from core.model.heads import build_head
from core.model.pooled_config import to_pooled
from core.model.poolers import build_pooler

D, K = 8, 5
LORA = {
    "model.layers.0.self_attn.q_proj.lora_A.weight": (2, D),
    "model.layers.0.self_attn.q_proj.lora_B.weight": (D, 2),
}
SIZES = {"hidden_size": D, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "vocab_size": 16}
BASE = to_pooled(LlamaConfig(**SIZES), pooler_type="gem", pooler_config={"p": 2.0}, id2label={0: "a", 1: "b", 2: "c"})


def parts(shapes: dict[str, tuple[int, ...]], card: AdapterCard | None = None, config: Any = BASE) -> AdapterParts:
    tensors = {name: SimpleNamespace(shape=shape) for name, shape in shapes.items()}
    return adapter_parts(AdapterFolder(Path("nowhere"), {}, tensors), card, config, "model")


def shapes_of(pooler: str, options: dict[str, Any], head: str) -> dict[str, tuple[int, ...]]:
    held = {"pooler": build_pooler(pooler, options, D), "score": build_head(head, D, K)}
    return {f"{part}.{name}": tuple(p.shape) for part, m in held.items() for name, p in m.named_parameters()} | LORA


@pytest.mark.parametrize("head", [head for head in HEADS if head != OWN_HEAD])
@pytest.mark.parametrize(("pooler", "options"), [("attention", {"hidden_dim": 3}), ("gem", {})])
def test_parts_with_weights_are_recognised(pooler: str, options: dict[str, Any], head: str) -> None:
    found = parts({PEFT_PREFIX + name: shape for name, shape in shapes_of(pooler, options, head).items()})
    assert (found.pooler_type, found.head_type) == (pooler, head)
    assert found.pooler_config == (options if pooler == "attention" else {"p": 2.0})
    assert found.labels == tuple(f"LABEL_{i}" for i in range(K))
    assert head_rows(found) == K
    assert found.has_head
    assert not found.renamed
    assert not any(name.startswith(PEFT_PREFIX) for name in found.tensors)


def test_a_pooler_without_weights_is_the_bases() -> None:
    found = parts(shapes_of("mean", {}, "vanilla"), config=to_pooled(BASE, pooler_type="mean"))
    assert (found.pooler_type, found.pooler_config) == ("mean", {})


def test_the_bases_names_stand_where_their_number_is_right() -> None:
    assert parts({**LORA, "score.weight": (3, D)}).labels == ("a", "b", "c")
    assert parts({**LORA, "score.weight": (4, D)}).labels == ("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3")


def test_one_row_is_a_regression_where_nobody_says_otherwise() -> None:
    plain = LlamaConfig(**SIZES)
    plain.problem_type = None
    assert parts({**LORA, "score.weight": (1, D)}, config=plain).problem_type == "regression"


def test_without_a_head_the_bases_parts_stay() -> None:
    found = parts(dict(LORA))
    assert not found.has_head
    assert head_rows(found) is None
    assert (found.pooler_type, found.pooler_config, found.head_type) == ("gem", {"p": 2.0}, "vanilla")
    assert found.labels == ("a", "b", "c")


def test_layers_of_a_bare_backbone_get_its_name_and_the_classifiers_parts_do_not() -> None:
    bare = {name.removeprefix("model."): shape for name, shape in LORA.items()}
    found = parts({**bare, "score.weight": (3, D), "lm_head.lora_A.weight": (2, D)})
    assert found.renamed
    assert {*found.tensors} == {*LORA, "score.weight", "lm_head.lora_A.weight"}


@pytest.mark.parametrize("pooler", POOLERS)
def test_a_card_has_the_last_word(pooler: str) -> None:
    card = AdapterCard(
        model_type="llama",
        family="llama",
        hidden_size=D,
        num_hidden_layers=1,
        labels=("x", "y"),
        pooler_type=pooler,
        head_type="sequential",
        problem_type="multi_label_classification",
    )
    found = parts(shapes_of("attention", {}, "vanilla"), card)
    assert (found.pooler_type, found.head_type, found.labels) == (pooler, "sequential", ("x", "y"))
    changes = found.config_changes()
    made = to_pooled(BASE, **changes)
    assert (made.pooler_type, made.head_type, made.num_labels) == (pooler, "sequential", 2)
    assert (made.id2label, made.problem_type) == ({0: "x", 1: "y"}, "multi_label_classification")
