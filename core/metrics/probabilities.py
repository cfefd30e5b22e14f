"""Logits as probabilities, in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indicators = NDArray[np.bool_]


def softmax(logits: Floats) -> Floats:
    """(N, K) -> (N, K), rows summing to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def sigmoid(logits: Floats) -> Floats:
    """Any shape to the same, without overflow at either end."""
    power = np.exp(-np.abs(logits))
    result: Floats = np.where(logits >= 0, 1.0, power) / (1 + power)
    return result
