"""How values go with what they should be, over texts that may count several times, as a bootstrap draws them."""

from __future__ import annotations

import numpy as np

from core.metrics.probabilities import Floats

#: A mean square below this share of the largest square is rounding: the values are all alike.
_ROUNDING = 1e-28


def pearson(values: Floats, targets: Floats, weights: Floats) -> Floats:
    """Pearson's correlation (R,): values and targets each (N,) or (R, N), weights (R, N). NaN where one is constant."""
    (x, spread_of_x), (y, spread_of_y) = (_centred(part, weights) for part in (values, targets))
    both = np.einsum("rn,rn,rn->r", weights, x, y)
    result: Floats = both / np.sqrt(spread_of_x) / np.sqrt(spread_of_y)
    return np.clip(result, -1, 1)


def spearman(values: Floats, targets: Floats, weights: Floats) -> Floats:
    """Spearman's correlation (R,): Pearson's of the ranks, equal ones sharing theirs. values (N,), targets (N,)."""
    return pearson(ranks(values, weights), ranks(targets, weights), weights)


def ranks(values: Floats, weights: Floats) -> Floats:
    """The rank (R, N) of each of the values (N,) where each counts as often as its weight (R, N) says, from 1.

    Equal ones get the mean of their ranks. Nothing is sorted for each resample.
    """
    order = np.argsort(values, kind="stable")
    new = np.append(True, np.diff(values[order]) != 0)
    counts = np.add.reduceat(weights[:, order], np.flatnonzero(new), axis=1)
    middle = np.cumsum(counts, axis=1) - (counts - 1) / 2
    result = np.empty(weights.shape)
    result[:, order] = middle[:, np.cumsum(new) - 1]
    return result


def explained(values: Floats, targets: Floats, weights: Floats) -> Floats:
    """R squared (R,): 1 - residual / total sum of squares; values (N,), targets (N,), weights (R, N).

    NaN where the targets are constant: there is nothing to explain.
    """
    total = _centred(targets, weights)[1]
    result: Floats = 1 - weights @ (values - targets) ** 2 / total
    return result


def _centred(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Values (R, N) without their mean, and the sum of their squares (R,), NaN where that is only rounding."""
    mean = (weights * values).sum(axis=1) / weights.sum(axis=1)
    centred = np.asarray(values - mean[:, None])
    spread = np.einsum("rn,rn,rn->r", weights, centred, centred)
    least = _ROUNDING * weights.shape[1] * float(np.square(values).max(initial=0))
    return centred, np.where(spread > least, spread, np.nan)
