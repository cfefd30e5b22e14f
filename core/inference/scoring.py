"""Measures of quality from labels and probabilities. numpy in, plain numbers out."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Indicators = NDArray[np.bool_]
Floats = NDArray[np.float64]

CALIBRATION_BINS = 15


def calibration_error(confidence: Floats, correct: Indicators, bins: int = CALIBRATION_BINS) -> float:
    """Expected calibration error (Naeini et al. 2015; Guo et al. 2017), 0 to 1.

    confidence (N,), correct (N,). Texts fall into equal-width bins ((b - 1) / bins, b / bins] by confidence
    (0 into the first); the result is sum over bins of n_b / N * |mean confidence - share correct|.
    """
    place = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gap = np.zeros(bins)
    np.add.at(gap, place, confidence - correct)
    return float(np.abs(gap).sum() / len(confidence))


def macro_f1(predicted: NDArray[Any], actual: NDArray[Any]) -> float:
    """Unweighted mean of F1 over the classes that have or get a text: class numbers (N,) or indicators (N, K)."""
    from sklearn.metrics import f1_score

    if actual.ndim == 2:
        seen = (predicted | actual).any(axis=0)
        predicted, actual = predicted[:, seen], actual[:, seen]
        if not seen.any():
            return 0.0
        if actual.shape[1] == 1:  # scikit-learn takes one column for a binary problem
            return float(f1_score(actual[:, 0], predicted[:, 0], pos_label=True, zero_division=0))
    return float(f1_score(actual, predicted, average="macro", zero_division=0))
