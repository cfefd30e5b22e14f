"""Measures by their definition, term by term: what ours are held against."""

from __future__ import annotations

import numpy as np


def naive_calibration_error(confidence: list[float], correct: list[bool], bins: int = 15) -> float:
    """The definition, bin by bin."""
    total = 0.0
    for b in range(bins):
        low, high = b / bins, (b + 1) / bins
        inside = [i for i, c in enumerate(confidence) if (low < c <= high) or (b == 0 and c == 0)]
        if inside:
            mean = np.mean([confidence[i] for i in inside])
            share = np.mean([correct[i] for i in inside])
            total += len(inside) / len(confidence) * abs(float(mean - share))
    return total


def naive_macro_f1(predicted: list[set[int]], actual: list[set[int]]) -> float:
    """Over the classes that have or get a text; each text's classes are a set, of one where one label applies."""
    classes = set().union(*predicted, *actual)
    scores = []
    for k in classes:
        both = sum(k in p and k in a for p, a in zip(predicted, actual, strict=True))
        either = sum(k in p for p in predicted) + sum(k in a for a in actual)
        scores.append(2 * both / either)
    return float(np.mean(scores)) if scores else 0.0
