"""Poolers in words."""

from __future__ import annotations

import numpy as np

from core.results import Pooling
from core.words import pooling


def test_effective_tokens() -> None:
    result = Pooling("mean", np.full(4, 0.25), "weight", None)
    assert pooling.effective_tokens(result) == ("4.00", "of 4")
    assert pooling.effective(result) == "4.00 effective tokens"
    assert pooling.clamped(result) is None
    assert pooling.weighed(result) == "4.00 effective tokens of 4."
    assert pooling.training(True) == "trained"


def test_what_gem_clamps() -> None:
    clamped = np.array([0.5, 0.0, 0.0, 0.0])
    result = Pooling("gem", np.full(4, 0.25), "share", clamped)
    assert pooling.clamped(result) == ("12.5", "% of dimensions")
    assert pooling.weighed(result) == "4.00 effective tokens of 4. 12.5 % of dimensions are clamped."


def test_weights_that_hardly_differ_are_called_so_above_them() -> None:
    says = "This pooler weighs."
    even, nearly, uneven = (
        Pooling("attention", np.array(w), "weight", None, says=says)
        for w in ([0.25] * 4, [0.3, 0.25, 0.25, 0.2], [0.9, 0.1, 0, 0])
    )
    assert pooling.lead(even) == pooling.lead(uneven) == says
    assert pooling.lead(nearly) == f"{says} In this text they are nearly even: 3.96 effective tokens of 4."
