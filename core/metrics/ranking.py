"""Areas under curves of a class's probability: how well it ranks the rows of the class before all others."""

from __future__ import annotations

import numpy as np

from core.metrics.classification import Classes
from core.metrics.probabilities import Floats


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
    found: list[float | None] = []
    for k, column in enumerate(probabilities.T):
        mine = np.asarray(targets == k)
        if not mine.any():
            found.append(None)
            continue
        order = np.argsort(-column, kind="stable")
        hits = np.cumsum(mine[order])
        ends = np.append(np.flatnonzero(np.diff(column[order])), len(order) - 1)  # the last row of each probability
        gained = np.diff(hits[ends], prepend=0)
        found.append(float((gained * hits[ends] / (ends + 1)).sum() / hits[-1]))
    return found
