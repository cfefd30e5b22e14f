"""Configs that run on meta tensors."""

from __future__ import annotations

from core.architecture.outline_config import without_values
from tests.families import tiny_config


def test_kernels_that_look_into_values_are_left_alone() -> None:
    config = without_values(tiny_config("mixtral"))
    assert config._attn_implementation == "eager"
    assert config._experts_implementation == "batched_mm"
