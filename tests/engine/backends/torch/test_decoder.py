"""Layers and norms over packed texts against transformers' modules; and which backbones count as known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from transformers import LlamaConfig, LlamaModel, Qwen2Config, Qwen2Model

from core.engine.backends.torch.decoder import Layer, Norm, final_norm, is_known
from core.engine.backends.torch.packed_kernels import Texts
from core.engine.backends.torch.packing import Packing
from core.model.families import FAMILIES
from tests.tiny import tiny_model

#: Rows that say that their arithmetic is repeated here.
PACKED = [name for name, row in FAMILIES.items() if row.packed]
ROWS = [[3] * 5, [4] * 21, [5]]


def backbone(family: str) -> Any:
    model = tiny_model(family, 64).model
    torch.manual_seed(5)
    for name, parameter in model.named_parameters():
        if "norm" in name:
            nn.init.normal_(parameter, 0.5, 0.3)
    return model


@pytest.mark.parametrize("family", PACKED)
def test_a_norm_is_transformers(family: str) -> None:
    model = backbone(family)
    for module in (final_norm(model), model.layers[0].input_layernorm):
        x = torch.randn(7, 32) * 5
        with torch.no_grad():
            torch.testing.assert_close(Norm(module)(x), module(x), rtol=1e-5, atol=1e-6)
    assert final_norm(model) is model.norm


@pytest.mark.parametrize("family", PACKED)
def test_a_stack_of_layers_gives_each_text_what_it_gets_alone(family: str) -> None:
    model, packing = backbone(family), Packing(ROWS)
    with torch.no_grad():
        x = model.embed_tokens(packing.ids)
        cos, sin = model.rotary_emb(x, packing.positions[None])
        texts = Texts(packing.ends, packing.ends, cos[0].contiguous().numpy(), sin[0].contiguous().numpy())
        first, second = (Layer(module, True) for module in model.layers)
        x = first(x, texts)
        last = second(x.clone(), texts, packing.last)
        every = second(x, texts)
        for i, (row, end) in enumerate(zip(ROWS, packing.ends.tolist(), strict=True)):
            alone = model(torch.tensor([row])).last_hidden_state[0]
            torch.testing.assert_close(model.norm(every[end - len(row) : end]), alone, rtol=1e-4, atol=1e-4)
            torch.testing.assert_close(model.norm(last[i]), alone[-1], rtol=1e-4, atol=1e-4)


def another_activation(model: Any) -> None:
    model.layers[0].mlp.act_fn = nn.Tanh()


@pytest.mark.parametrize("family", PACKED)
def test_an_activation_that_no_kernel_knows_runs_as_it_is(family: str) -> None:
    model = backbone(family)
    another_activation(model)
    x = torch.randn(4, 32)
    with torch.no_grad():
        torch.testing.assert_close(Layer(model.layers[0], True)._gated(x), model.layers[0].mlp(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", PACKED)
def test_a_family_with_a_row_is_known(family: str) -> None:
    assert is_known(backbone(family))


def other_layer(model: Any) -> None:
    class Own(type(model.layers[1])):  # type: ignore[misc]
        pass

    model.layers[1].__class__ = Own


def other_attention(model: Any) -> None:
    model.layers[0].self_attn.__class__ = type("Own", (type(model.layers[0].self_attn),), {})


def other_norm(model: Any) -> None:
    model.layers[1].input_layernorm = nn.RMSNorm(32)


def other_final_norm(model: Any) -> None:
    model.norm = nn.Identity()


def other_backbone(model: Any) -> None:
    model.__class__ = type("Own", (type(model),), {})


def norm_of_queries(model: Any) -> None:
    model.layers[0].self_attn.q_norm = nn.RMSNorm(8)


def half_rotary(model: Any) -> None:
    model.rotary_emb.inv_freq = model.rotary_emb.inv_freq[:2]


@pytest.mark.parametrize(
    "change",
    [other_layer, other_attention, other_norm, other_final_norm, other_backbone, norm_of_queries, half_rotary],
)
@pytest.mark.parametrize("family", PACKED)
def test_what_computes_something_else_is_not(family: str, change: Callable[[Any], None]) -> None:
    model = backbone(family)
    change(model)
    assert not is_known(model)


def test_a_family_without_a_row_is_not() -> None:
    sizes: dict[str, Any] = {
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "intermediate_size": 16,
        "vocab_size": 32,
    }
    assert not is_known(Qwen2Model(Qwen2Config(**sizes)))
    assert not is_known(tiny_model("bert", 32))
    by_length = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}
    assert not is_known(LlamaModel(LlamaConfig(**sizes, rope_parameters=by_length)))
