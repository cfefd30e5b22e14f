"""How far stated probabilities are from observed shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.metrics.probabilities import Floats, Indicators

CALIBRATION_BINS = 15


def calibration_error(confidence: Floats, correct: Indicators, bins: int = CALIBRATION_BINS) -> float | None:
    """Expected calibration error (Naeini et al. 2015; Guo et al. 2017), 0 to 1.

    confidence (N,), correct (N,). Texts fall into equal-width bins ((b - 1) / bins, b / bins] by confidence
    (0 into the first); the result is sum over bins of n_b / N * |mean confidence - share correct|. None where
    a confidence is no number: a model that states no probability has no calibration.
    """
    if not len(confidence) or not np.isfinite(confidence).all():
        return None
    gap = np.zeros(bins)
    np.add.at(gap, equal_width_places(confidence, bins), confidence - correct)
    return float(np.abs(gap).sum() / len(confidence))


def equal_width_places(confidence: Floats, bins: int) -> NDArray[np.int64]:
    """The bin ((b - 1) / bins, b / bins] of each finite confidence (N,), 0 to bins - 1; 0 falls into the first."""
    places: NDArray[np.int64] = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    return places
