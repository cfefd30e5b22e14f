"""Areas under curves of a class's probability: how well it ranks the rows of the class before all others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.classification import Classes
from core.metrics.probabilities import Floats, Indicators


def roc_aucs(probabilities: Floats, targets: Classes) -> list[float | None]:
    """Area under the ROC curve of each class against all others (K): probabilities (N, K), class numbers (N,).

    The Mann-Whitney statistic: the share of pairs in which the row of the class has the larger probability, ties half.
    None where all rows or none are of the class.
    """
    from scipy.stats import rankdata

    count = len(targets)
    found: list[float | None] = []
    for k, column in enumerate(probabilities.T):
        mine = targets == k
        inside = int(mine.sum())
        if not 0 < inside < count:
            found.append(None)
            continue
        ranks = float(rankdata(column)[mine].sum())
        found.append((ranks - inside * (inside + 1) / 2) / (inside * (count - inside)))
    return found


def average_precisions(probabilities: Floats, targets: Classes) -> list[float | None]:
    """Sum over thresholds of (recall gained) * precision, of each class (K), as scikit-learn's average precision.

    None where no row is of the class.
    """
    return [average_precision(column, np.asarray(targets == k)) for k, column in enumerate(probabilities.T)]


def average_precision(scores: NDArray[Any], mine: Indicators) -> float | None:
    """The same of one class: scores (N,), of which only the order counts, and which rows are of it (N,)."""
    if not mine.any():
        return None
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(mine[order])
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)  # the last row of each score
    gained = np.diff(hits[ends], prepend=0)
    return float((gained * hits[ends] / (ends + 1)).sum() / hits[-1])
