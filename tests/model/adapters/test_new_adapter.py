"""Fresh adapters: what is trained with them, and what they are not put on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.config import AdapterConfig
from core.errors import ConfigError
from core.model.adapters.new_adapter import attach_new_adapter
from tests.model.conftest import opened


def test_it_changes_nothing_yet_and_trains_pooler_and_head_whole(tiny_folders: dict[str, Path]) -> None:
    model = opened(tiny_folders["llama"]).model
    ids = torch.arange(3, 40)[None]
    before = model(ids).logits
    adapted = attach_new_adapter(model, AdapterConfig(r=2, target_modules="all-linear")).eval()
    torch.testing.assert_close(adapted(input_ids=ids).logits, before)
    trained = {name for name, p in adapted.named_parameters() if p.requires_grad}
    assert any(".score." in name for name in trained)
    assert all(".lora_" in name or ".score." in name or ".pooler." in name for name in trained)
    assert {"q_proj", "down_proj"} <= {part for name in trained for part in name.split(".")}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target_modules": ["q_proj", "gate"]}, "target_modules has 'gate', .* did you mean 'gate_proj'"),
        ({"modules_to_save": ["poler"]}, "modules_to_save has 'poler'.* did you mean 'pooler'"),
        ({"layers_to_transform": [0, 2]}, "layers_to_transform has 2, and the backbone has layers 0 to 1"),
        ({"init_lora_weights": "loftq"}, "needs a GPU and the package bitsandbytes"),
    ],
)
def test_a_new_adapter_that_does_not_fit(tiny_folders: dict[str, Path], fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        attach_new_adapter(opened(tiny_folders["llama"]).model, AdapterConfig(r=2, **fields))
