"""Layers removed, started anew and frozen, against the model's own passes and parameters."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from transformers import PreTrainedModel

from core.config import BaseModelConfig
from core.config.components import InitOptions
from core.errors import ConfigError
from core.model.layers import (
    freeze,
    frozen_modules,
    look_between_layers,
    reinitialise_last_layers,
    remove_last_layers,
)
from core.model.share import shared_copy
from tests.tiny import TINY_LAYERS, tiny_model

IDS = torch.arange(3, 20)[None]


def backbone(family: str) -> PreTrainedModel:
    model = tiny_model(family, 64)
    return model if family == "bert" else model.model


def base(**fields: Any) -> BaseModelConfig:
    return BaseModelConfig(pretrained_model_name_or_path="somewhere", **fields)


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_what_is_left_after_removal_computes_what_its_layers_did(family: str) -> None:
    model = backbone(family)
    with torch.no_grad():
        expected = model.norm(model(IDS, output_hidden_states=True).hidden_states[1])
        remove_last_layers(model, 1)
        torch.testing.assert_close(model(IDS).last_hidden_state, expected)
    assert model.config.num_hidden_layers == 1
    assert len(getattr(model.config, "layer_types", None) or [None]) == 1


@pytest.mark.parametrize("count", [TINY_LAYERS, TINY_LAYERS + 1])
def test_one_layer_stays(count: int) -> None:
    with pytest.raises(ConfigError, match=f"num_layers_to_remove is {count}.*has 2 layers.*use 0 to 1"):
        remove_last_layers(backbone("llama"), count)


def test_layers_start_anew_as_their_family_starts_them() -> None:
    model = backbone("llama")
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for parameter in model.layers[1].parameters():
        parameter._is_hf_initialized = True  # as after reading a checkpoint
    torch.manual_seed(3)
    reinitialise_last_layers(model, 1, None)
    changed = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert changed == {name for name in before if name.startswith("layers.1.") and "norm" not in name}
    spread = torch.cat([m.weight.flatten() for m in model.layers[1].modules() if isinstance(m, nn.Linear)])
    assert spread.std().item() == pytest.approx(model.config.initializer_range, rel=0.03)
    assert all((p == 1).all() for name, p in model.layers[1].named_parameters() if "norm" in name)


def test_layers_start_anew_as_a_config_says() -> None:
    model = backbone("bert")
    reinitialise_last_layers(model, 2, InitOptions(method="orthogonal", gain=2.0))
    for layer in model.encoder.layer:
        square = layer.attention.self.query.weight
        torch.testing.assert_close(square @ square.T, 4 * torch.eye(len(square)), atol=1e-4, rtol=0)
        assert not layer.attention.self.query.bias.any()


def test_no_more_layers_start_anew_than_there_are() -> None:
    with pytest.raises(ConfigError, match="reinitialize_n_layers_of_backbone is 3"):
        reinitialise_last_layers(backbone("llama"), 3, None)


@pytest.mark.parametrize(
    ("family", "names"),
    [("llama", ("layers.1.", "embed_tokens.")), ("bert", ("encoder.layer.1.", "embeddings."))],
)
def test_what_a_config_freezes_has_no_gradient(family: str, names: tuple[str, ...]) -> None:
    model = backbone(family)
    freeze(model, base(freeze_these_layers_indices=[1], freeze_embeddings=True))
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen == {name for name, _ in model.named_parameters() if name.startswith(names)}


def test_nothing_is_frozen_that_no_config_names() -> None:
    model = backbone("llama")
    freeze(model, base())
    assert frozen_modules(model, base()) == []
    assert all(p.requires_grad for p in model.parameters())


def test_a_layer_that_is_not_there_cannot_be_frozen() -> None:
    with pytest.raises(ConfigError, match="freeze_these_layers_indices has 2, and the backbone has layers 0 to 1"):
        freeze(backbone("llama"), base(freeze_these_layers_indices=[0, 2]))


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_a_look_between_layers_changes_nothing_and_may_end_the_pass(family: str) -> None:
    model = backbone(family).eval()
    looks: list[None] = []
    with torch.no_grad():
        expected = model(IDS).last_hidden_state

        def look() -> None:
            looks.append(None)
            if len(looks) > TINY_LAYERS + 1:
                raise InterruptedError

        look_between_layers(model, look)
        assert torch.equal(model(IDS).last_hidden_state, expected)
        assert len(looks) == TINY_LAYERS
        with pytest.raises(InterruptedError):
            shared_copy(model)(IDS)
    assert len(looks) == TINY_LAYERS + 2
