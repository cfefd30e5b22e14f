"""What a load needs, against the bytes that models and files really have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.config import CandidateConfig
from core.config.base_model import DTYPE_NAMES
from core.config.candidate import ArchitectureNumbers
from core.errors import MemoryBudgetError
from core.model.memory import (
    DTYPE_BYTES,
    OVERHEAD_BYTES,
    backbone_parameters,
    catalogue_parameters,
    estimate,
    require_memory,
)
from tests.model.conftest import opened
from tests.tiny import FAMILIES, TINY_LAYERS, TINY_WIDTH

GIB = 2**30


@pytest.mark.parametrize("name", DTYPE_NAMES)
def test_a_number_takes_what_torch_takes(name: Any) -> None:
    assert torch.empty(1, dtype=getattr(torch, name)).element_size() == DTYPE_BYTES[name]
    needs = estimate(1000, name, "cpu", free=GIB)
    assert needs.weights == 1000 * DTYPE_BYTES[name]
    assert needs.peak == int(needs.weights * 1.02) + OVERHEAD_BYTES
    assert estimate(1000, name, "cpu", GIB, transient=1000).peak == needs.peak, "before there are activations"
    assert estimate(1000, name, "cpu", GIB, transient=GIB).peak == needs.weights + GIB


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_counted_in_a_file_is_what_the_backbone_has(tiny_folders: dict[str, Path], family: str) -> None:
    base = opened(tiny_folders[family], "vanilla" if family == "bert" else family)
    model = sum(p.numel() for p in base.model.backbone.parameters())
    pooler = sum(t.count for name, t in base.folder.tensors.items() if name.startswith("pooler."))
    assert backbone_parameters(base.folder) - pooler == model


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_numbers_of_a_yaml_count_the_same(tiny_folders: dict[str, Path], family: str) -> None:
    base = opened(tiny_folders[family], family)
    numbers = ArchitectureNumbers(
        hidden_size=TINY_WIDTH,
        num_hidden_layers=TINY_LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        intermediate_size=48,
        vocab_size=base.model.config.vocab_size,
        max_position_embeddings=128,
        tie_word_embeddings=family == "gemma2",
    )
    candidate = CandidateConfig(
        id="x",
        base_model={"pretrained_model_name_or_path": "x", "model_type": family},
        architecture=numbers,
        parameters=7,
    )
    assert catalogue_parameters(candidate) == sum(p.numel() for p in base.model.backbone.parameters())


def test_without_numbers_the_stated_count_stands() -> None:
    base = {"pretrained_model_name_or_path": "x"}
    assert catalogue_parameters(CandidateConfig(id="x", base_model=base, parameters=7)) == 7
    assert catalogue_parameters(CandidateConfig(id="x", base_model=base)) is None


def test_a_load_that_does_not_fit_is_refused_with_both_numbers() -> None:
    require_memory("'x'", estimate(1000, "float32", "cpu", free=GIB))
    needs = estimate(2 * 10**9, "float32", "cpu", free=3 * GIB)
    with pytest.raises(
        MemoryBudgetError, match=r"Loading 'x' needs 7\.7 GiB on cpu \(2,000,000,000.*3\.0 GiB are free"
    ):
        require_memory("'x'", needs)
    with pytest.raises(MemoryBudgetError, match="or torch_dtype bfloat16"):
        require_memory("'x'", needs)
    with pytest.raises(MemoryBudgetError) as half:
        require_memory("'x'", estimate(2 * 10**9, "bfloat16", "cpu", free=GIB))
    assert "torch_dtype" not in half.value.fix
