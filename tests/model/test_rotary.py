"""Which rotary embeddings look at a batch's longest text."""

from __future__ import annotations

from typing import Any

import pytest
from torch import nn
from transformers import BertConfig, BertModel, Gemma3TextConfig, Gemma3TextModel, LlamaConfig, LlamaModel

from core.model.rotary import depends_on_length

SIZES = {"vocab_size": 20, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
LONG = {
    "rope_type": "longrope",
    "factor": 4.0,
    "rope_theta": 1e4,
    "original_max_position_embeddings": 16,
    "short_factor": [1.0] * 4,
    "long_factor": [4.0] * 4,
}


@pytest.mark.parametrize(
    ("rope", "expected"),
    [
        ({"rope_type": "default", "rope_theta": 1e4}, False),
        ({"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}, False),
        ({"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}, True),
        (LONG, True),
    ],
)
def test_llama(rope: dict[str, Any], expected: bool) -> None:
    model = LlamaModel(LlamaConfig(**SIZES, max_position_embeddings=64, rope_parameters=rope))
    assert depends_on_length(nn.Sequential(model)) is expected


def test_kinds_layer_by_layer_and_none_at_all() -> None:
    gemma = Gemma3TextModel(Gemma3TextConfig(**SIZES, num_key_value_heads=1, head_dim=8))
    assert not depends_on_length(gemma)
    gemma.rotary_emb.rope_type["full_attention"] = "dynamic"
    assert depends_on_length(gemma)
    assert not depends_on_length(BertModel(BertConfig(**SIZES)))
