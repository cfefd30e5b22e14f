"""The module tree against torch and PEFT: counts, ties, what is trained, and what a search shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from core.architecture.module_tree import module_tree, tied_weights
from core.config import AdapterConfig, BaseModelConfig
from core.model.adapters.attach import load_adapter
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.peft_wrappers import unwrap_peft
from core.model.share import sibling
from core.model.trainable import fitted, wanted
from core.results import Architecture, ModuleNode
from tests.explain.adapter_effect.test_lora_scale import KINDS
from tests.model.conftest import opened, write_adapter
from tests.tiny import tiny_model


def by_path(nodes: tuple[ModuleNode, ...]) -> dict[str, ModuleNode]:
    return {node.path: node for node in nodes}


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral", "bert"])
def test_every_module_with_torchs_own_counts(family: str) -> None:
    model: Any = tiny_model(family, 320)
    nodes = module_tree(model, wanted(model))
    assert [(n.path, n.kind) for n in nodes] == [(name, type(m).__name__) for name, m in model.named_modules()]
    assert nodes[0].total == sum(p.numel() for p in model.parameters())
    assert sum(n.own for n in nodes) == nodes[0].total
    for name, module in model.named_modules():
        node = by_path(nodes)[name]
        if name != "lm_head":
            assert node.total == sum(p.numel() for p in module.parameters())
        assert node.shapes == tuple((n, tuple(p.shape)) for n, p in module.named_parameters(recurse=False))
        assert node.status == ("trained" if node.total else "empty")
        assert node.depth == (name.count(".") + 1 if name else 0)


def test_tied_weights_count_once_and_are_said() -> None:
    model: Any = tiny_model("gemma2", 320)
    nodes = by_path(module_tree(model, frozenset()))
    assert (nodes["model.embed_tokens"].own, nodes["lm_head"].own) == (320 * 32, 0)
    assert nodes["lm_head"].shapes == (("weight", (320, 32)),)
    (tied,) = tied_weights(model)
    assert tied.names == ("model.embed_tokens.weight", "lm_head.weight")
    assert tied.saved == 320 * 32
    assert tied_weights(tiny_model("llama", 320)) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_an_adapter_trains_is_what_peft_trains(tiny_folders: dict[str, Path], tmp_path: Path, kind: str) -> None:
    """`fitted` of a pair that only predicts names what has a gradient when the same adapter goes on training."""
    base = opened(tiny_folders["llama"])
    config = AdapterConfig(**{"r": 4, **KINDS[kind]})
    fresh = attach_new_adapter(sibling(base.model, pooler_type="attention"), config)
    nodes = module_tree(unwrap_peft(fresh), wanted(fresh))
    trainable, total = fresh.get_nb_trainable_parameters()
    assert (nodes[0].trained, nodes[0].total) == (trainable, total)
    write_adapter(base, tmp_path, config, pooler_type="attention")
    going_on = load_adapter(base, tmp_path, is_trainable=True).model
    predicting = load_adapter(base, tmp_path).model
    assert not any(p.requires_grad for p in predicting.parameters())
    assert fitted(predicting, BaseModelConfig(pretrained_model_name_or_path="x")) == wanted(going_on)


def test_without_an_adapter_all_is_trained_but_what_the_config_freezes(tiny_folders: dict[str, Path]) -> None:
    for family, kind, first in (("llama", "llama", "model.embed_tokens."), ("bert", "vanilla", "bert.embeddings.")):
        model = opened(tiny_folders[family], kind).model
        config = BaseModelConfig(
            pretrained_model_name_or_path="x", freeze_these_layers_indices=(1,), freeze_embeddings=True
        )
        left = fitted(model, config)
        gone = {name for name, _ in model.named_parameters()} - left
        assert gone
        assert all(name.startswith(first) or ".1." in name for name in gone)
        assert {n.status for n in module_tree(model, left) if ".1." in n.path and n.total} == {"frozen"}


def test_states_and_the_freeze_map(tiny_folders: dict[str, Path]) -> None:
    base = opened(tiny_folders["llama"])
    config = AdapterConfig(r=4, target_modules=("q_proj", "up_proj"), layers_to_transform=(1,))
    model = attach_new_adapter(sibling(base.model, pooler_type="attention"), config)
    nodes = module_tree(unwrap_peft(model), wanted(model))
    states = {n.path: n.status for n in nodes}
    assert states["model.layers.0.self_attn.q_proj"] == "frozen"
    assert states["model.layers.1.self_attn.q_proj"] == "adapted"
    assert states["model.layers.1.self_attn.q_proj.base_layer"] == "frozen"
    assert states["model.layers.1.self_attn.q_proj.lora_A.default"] == "trained"
    assert states["score"] == states["pooler"] == "trained"
    assert states["score.original_module"] == "frozen"
    assert (states["model"], states["dropout"]) == ("adapted", "empty")
    found = architecture(nodes)
    cells = {(c.layer, c.module): c for c in found.cells}
    assert cells[(1, "self_attn.q_proj")].status == "adapted"
    assert cells[(1, "self_attn.q_proj")].trained == 4 * 64
    assert cells[(0, "self_attn.q_proj")].status == "frozen"
    assert cells[(None, "score")].status == "trained"
    assert sum(c.parameters for c in found.cells) == nodes[0].total
    assert not any("lora" in c.module for c in found.cells)
    assert found.modules[0] == "self_attn.q_proj"


def test_some_weights_of_a_module_trained() -> None:
    linear = nn.Linear(2, 2)
    (node,) = module_tree(linear, {"bias"})
    assert (node.status, node.trained, node.total) == ("partly trained", 2, 6)
    linear.weight.data = linear.weight.data.to(torch.float64)
    assert module_tree(linear, frozenset())[0].dtype == "mixed"


def test_a_search_shows_matches_and_what_is_around_them() -> None:
    model: Any = tiny_model("llama", 320)
    found = architecture(module_tree(model, frozenset()))
    assert [n.path for n in found.found(" EMBED_TOK ")] == ["", "model", "model.embed_tokens"]
    norms = [n.path for n in found.found("rmsnorm")]
    assert norms == [
        "",
        "model",
        "model.layers",
        "model.layers.0",
        "model.layers.0.input_layernorm",
        "model.layers.0.post_attention_layernorm",
        "model.layers.1",
        "model.layers.1.input_layernorm",
        "model.layers.1.post_attention_layernorm",
        "model.norm",
    ]
    assert found.found("nothing of that name") == ()
    assert {n.depth for n in found.found("", 2)} == {0, 1, 2}
    assert found.found("") == found.nodes


def architecture(nodes: tuple[ModuleNode, ...]) -> Architecture:
    return Architecture(
        name="x",
        view="classifier",
        source="memory",
        tuning="",
        dtype="float32",
        nodes=nodes,
        parameters=nodes[0].total,
        base_parameters=nodes[0].total,
        factors=0,
        trained=nodes[0].trained,
        tied=(),
        last_module_name=nodes[-1].path,
        sizes=None,  # type: ignore[arg-type]
    )
