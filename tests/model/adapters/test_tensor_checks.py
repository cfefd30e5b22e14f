"""Adapter files in which tensors are missing, too many, broken or zero."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import AdapterError, CheckpointError
from core.model.adapters.attach import load_adapter
from core.results import CheckStatus
from tests.model.adapters.altered import Tensors, changed, drop
from tests.model.conftest import opened


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tensors": drop("layers.1.self_attn.q_proj.lora_B")}, "Keys: 1 of .* weights are missing from the file"),
        (
            {"config": {"target_modules": ["q_proj"]}},
            "Keys: .* weights in the file have no place",
        ),
        (
            {"tensors": lambda t: {k: v * float("nan") if "q_proj" in k else v for k, v in t.items()}},
            "Values: .* hold NaN or Inf",
        ),
        ({"config": {"r": 8}}, "Rank: '.*' is of rank 4, and adapter_config.json states 8"),
        ({"config": {"r": 8, "rank_pattern": {"q_proj": 2}}}, "Rank: '.*' is of rank 4, and .* states 2 or 8"),
        (
            {"tensors": lambda t: {k: v.flatten() if "lora_A" in k else v for k, v in t.items()}},
            r"Rank: '.*' has the shape \[128\]: no factor of a matrix",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_not_in_its_place_or_no_number_is_refused(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    base = opened(tiny_folders["llama"])
    with pytest.raises(AdapterError, match=f"Adapter 'wrong' does not fit the base 'llama'. {message}.*Fix: "):
        load_adapter(base, changed(llama_adapter, tmp_path / "wrong", **change))


def test_zero_b_is_said(tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path) -> None:
    def zero(some: str) -> Callable[[Tensors], Tensors]:
        return lambda t: {k: torch.zeros_like(v) if "lora_B" in k and some in k else v for k, v in t.items()}

    base = opened(tiny_folders["llama"])
    for some, words in (("", "the adapter changes nothing yet"), ("q_proj", "those modules are not adapted")):
        found = load_adapter(base, changed(llama_adapter, tmp_path / f"z{some}", tensors=zero(some))).health
        assert [c.status for c in found.checks if words in c.message] == [CheckStatus.WARNING]


@pytest.mark.parametrize("part", ["lora_A", "lora_B", "score", ""])
@pytest.mark.parametrize("shape", [(0,), (0, 32)])
def test_empty_tensors_are_refused_with_how_to_save_whole(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, part: str, shape: tuple[int, ...]
) -> None:
    def emptied(tensors: Tensors) -> Tensors:
        return {k: torch.empty(shape) if part in k else v for k, v in tensors.items()}

    adapter = changed(llama_adapter, tmp_path / "a", tensors=emptied)
    with pytest.raises(CheckpointError, match=r"are empty, '.*' of shape \[0.* Fix: gather the weights before saving"):
        load_adapter(opened(tiny_folders["llama"]), adapter)
