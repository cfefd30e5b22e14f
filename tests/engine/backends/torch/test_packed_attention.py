"""Attention over packed texts against transformers' own module, text by text."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers.masking_utils import create_causal_mask, create_sliding_window_causal_mask

from core.engine.backends.torch.packed_attention import Attention, _reach
from core.engine.backends.torch.packed_kernels import Texts
from core.engine.backends.torch.packing import Packing
from core.model.families import transformer_layers, under_mask
from tests.tiny import tiny_model

#: Shorter and longer than the window of 8.
ROWS = [[3] * 5, [4] * 23, [5]]
LAYERS = [("llama", 0), ("mistral", 0), ("gemma2", 0), ("gemma2", 1)]


def backbone(family: str) -> Any:
    model = tiny_model(family, 64).model
    model.set_attn_implementation("eager")
    return model


def alone(model: Any, layer: int, x: torch.Tensor, *, causal: bool) -> torch.Tensor:
    """The module on one text (T, D), under the mask that transformers makes for it."""
    positions = torch.arange(len(x))[None]
    module = model.layers[layer].self_attn
    sliding = (
        model.config.layer_types[layer] == "sliding_attention"
        if model.config.model_type == "gemma2"
        else (model.config.model_type == "mistral")
    )
    make = create_sliding_window_causal_mask if sliding else create_causal_mask
    with torch.no_grad(), under_mask(model.config, causal=causal):
        mask = make(
            config=model.config,
            inputs_embeds=x[None],
            attention_mask=None,
            past_key_values=None,
            position_ids=positions,
        )
        output: torch.Tensor = module(
            x[None], position_embeddings=model.rotary_emb(x[None], positions), attention_mask=mask
        )[0]
    return output[0]


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize(("family", "layer"), LAYERS)
def test_each_text_gets_what_it_gets_alone(family: str, layer: int, causal: bool) -> None:
    model, packing = backbone(family), Packing(ROWS)
    x = torch.randn(len(packing.ids), 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        cos, sin = model.rotary_emb(x, packing.positions[None])
        texts = Texts(packing.ends, packing.ends, cos[0].contiguous().numpy(), sin[0].contiguous().numpy())
        attention = Attention(transformer_layers(model)[layer].self_attn, causal)
        packed, last = attention(x, texts, None), attention(x, texts, packing.last)
    for text, end, row in zip(range(len(ROWS)), packing.ends.tolist(), ROWS, strict=True):
        expected = alone(model, layer, x[end - len(row) : end], causal=causal)
        torch.testing.assert_close(packed[end - len(row) : end], expected, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(last[text], expected[-1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("family", "layer", "causal", "reach"),
    [
        ("llama", 0, True, (2**40, 0)),
        ("llama", 0, False, (2**40, 2**40)),
        ("mistral", 1, True, (7, 0)),
        ("mistral", 1, False, (8, 8)),
        ("gemma2", 0, True, (7, 0)),
        ("gemma2", 1, True, (2**40, 0)),
        ("gemma2", 1, False, (2**40, 2**40)),
    ],
)
def test_how_far_a_token_sees(family: str, layer: int, causal: bool, reach: tuple[int, int]) -> None:
    assert _reach(backbone(family).layers[layer].self_attn, causal) == reach


def test_a_stray_window_in_llamas_config_is_unused() -> None:
    model = backbone("llama")
    model.config.sliding_window = 4
    assert _reach(model.layers[0].self_attn, True) == (2**40, 0)
