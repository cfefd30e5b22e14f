"""How a pair states probabilities, where somebody has fitted that to labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Calibration:
    """What a pair does with its logits to state probabilities, where somebody has chosen so.

    Attributes:
        temperature: probabilities are softmax(logits / temperature).
        set_threshold, coverage: a text's set holds the classes with 1 - p up to the threshold, p without the
            temperature, and holds the right one in this share of texts like those it was fitted on; None: no sets.
        calibrated_on: the texts on which it was fitted, in words.
        rows: how many those are.
    """

    temperature: float
    set_threshold: float | None
    coverage: float
    calibrated_on: str
    rows: int

    def in_set(self, logits: Sequence[float]) -> NDArray[np.bool_]:
        """(K,) whether a text's set holds each class, of its logits (K,); all False without a threshold."""
        z = np.asarray(logits, dtype=np.float64)
        powers = np.exp(z - z.max())
        if self.set_threshold is None:
            return np.zeros(len(z), bool)
        return np.asarray(1 - powers / powers.sum() <= self.set_threshold)
