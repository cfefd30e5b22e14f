"""Poolers in words."""

from __future__ import annotations

import numpy as np

from core.results import Pooling
from core.words import pooling


def test_effective_tokens() -> None:
    result = Pooling("mean", np.full(4, 0.25), "weight", None)
    assert pooling.effective_tokens(result) == ("4.00", "of 4")
    assert pooling.training(True) == "trained"
