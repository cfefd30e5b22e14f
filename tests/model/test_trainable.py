"""What is said to be trained of a model that only predicts, against PEFT's own gradients and torch's backward."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.config import AdapterConfig, BaseModelConfig
from core.model.adapters.attach import load_adapter
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.layers import freeze
from core.model.peft_wrappers import unwrap_peft
from core.model.share import sibling
from core.model.trainable import fitted, wanted
from tests.model.conftest import opened, write_adapter

IDS = torch.arange(3, 12)[None]


def base_of(folder: Path, **fields: Any) -> BaseModelConfig:
    return BaseModelConfig(pretrained_model_name_or_path=str(folder), model_type="llama", **fields)


@pytest.mark.parametrize(
    ("adapter", "parts"),
    [
        ({"r": 2}, {}),
        ({"r": 2, "layers_to_transform": (1,)}, {"pooler_type": "attention"}),
        ({"r": 2, "use_dora": True, "target_modules": ("q_proj",)}, {"head_type": "sequential"}),
        ({"r": 2, "bias": "all"}, {"head_type": "sequential"}),
        ({"r": 2, "modules_to_save": ("embed_tokens",)}, {"pooler_type": "gem"}),
    ],
    ids=str,
)
def test_a_saved_adapter_is_said_to_be_trained_where_peft_trained_it(
    tiny_folders: dict[str, Path], tmp_path: Path, adapter: dict[str, Any], parts: dict[str, Any]
) -> None:
    base = opened(tiny_folders["llama"])
    trained = wanted(attach_new_adapter(sibling(base.model, **parts), AdapterConfig(**adapter)))
    write_adapter(base, tmp_path / "own", AdapterConfig(**adapter), **parts)
    model = load_adapter(base, tmp_path / "own").model
    assert wanted(model) == frozenset(), "loaded to predict: every gradient is off"
    assert fitted(model, base_of(tiny_folders["llama"])) == trained
    assert any("lora_A" in name for name in trained)


@pytest.mark.parametrize("bias", ["none", "all", "lora_only"])
def test_biases_of_an_encoder_follow_the_adapters_rule(tiny_folders: dict[str, Path], bias: str) -> None:
    base = opened(tiny_folders["bert"], "vanilla")
    config = AdapterConfig(r=2, bias=bias, target_modules=("query",))
    model = attach_new_adapter(sibling(base.model), config)
    trained = wanted(model)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    assert fitted(model, base_of(tiny_folders["bert"])) == trained
    queries = {name for name in trained if name.endswith("query.base_layer.bias")}
    others = {name for name in trained if name.endswith("bias")} - queries
    assert (bool(queries), bool(others)) == {"none": (False, False), "all": (True, True), "lora_only": (True, False)}[
        bias
    ]


@pytest.mark.parametrize(
    "fields",
    [{}, {"freeze_embeddings": True}, {"freeze_these_layers_indices": (0,)}],
    ids=str,
)
def test_without_an_adapter_what_a_backward_pass_reaches_is_what_is_fitted(
    tiny_folders: dict[str, Path], fields: dict[str, Any]
) -> None:
    config = base_of(tiny_folders["llama"], **fields)
    model = opened(tiny_folders["llama"]).model.requires_grad_(True)
    freeze(model.backbone, config)
    model(IDS).logits.sum().backward()
    reached = frozenset(name for name, p in unwrap_peft(model).named_parameters() if p.grad is not None)
    assert wanted(model) == reached
    assert fitted(model.requires_grad_(False), config) == reached
