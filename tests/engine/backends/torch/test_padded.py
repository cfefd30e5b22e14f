"""The model's own pass where a batch's longest text changes the others: frequencies chosen by length."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

from core.engine.backends.torch import PaddedPass, bulk_pass
from tests.model.conftest import opened

LENGTHS = [40, 9, 9, 30, 9, 40, 12]


@pytest.fixture
def model(tiny_folders: dict[str, Path]) -> Any:
    """A Llama that rotates otherwise from the 17th token on (LongRoPE)."""
    made: Any = opened(tiny_folders["llama"]).model
    config = deepcopy(made.backbone.config)
    half = config.head_dim // 2
    config.rope_parameters = {
        "rope_type": "longrope",
        "factor": 4.0,
        "rope_theta": 1e4,
        "original_max_position_embeddings": 16,
        "short_factor": [1.0] * half,
        "long_factor": [4.0] * half,
    }
    made.backbone.rotary_emb = LlamaRotaryEmbedding(config)
    return made.eval()


def rows() -> list[list[int]]:
    chance = torch.Generator().manual_seed(0)
    return [torch.randint(3, 300, (length,), generator=chance).tolist() for length in LENGTHS]


def alone(model: Any) -> list[torch.Tensor]:
    with torch.inference_mode():
        return [model(input_ids=torch.tensor([row])).logits[0] for row in rows()]


def test_the_longest_text_would_change_the_others(model: Any) -> None:
    found = PaddedPass(model, "cpu")(rows()[:2]).logits
    assert (found[1] - alone(model)[1]).abs().max() > 1e-3


def test_so_only_equals_go_together_and_threads_take_turns(model: Any) -> None:
    assert bulk_pass(model, "cpu") is None
    expected, texts, way = alone(model), rows(), PaddedPass(model, "cpu")
    batches = way.plan(LENGTHS, 1024, 2)
    assert sorted(map(sorted, batches)) == [[0, 5], [1, 2, 4], [3], [6]]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda batch: way([texts[i] for i in batch]).logits, batches * 20))
    for batch, logits in zip(batches * 20, outcomes, strict=True):
        for i, found in zip(batch, logits, strict=True):
            assert (found - expected[i]).abs().max() <= 1e-5 * expected[i].abs().max()
