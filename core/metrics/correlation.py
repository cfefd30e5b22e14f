"""How values go with what they should be, over texts that may count several times, as a bootstrap draws them."""

from __future__ import annotations

import numpy as np

from core.metrics.probabilities import Floats

#: A spread below this share of the sum of squares is rounding: the values are all alike.
_ROUNDING = 1e-12


def pearson(values: Floats, targets: Floats, weights: Floats) -> Floats:
    """Pearson's correlation (R,): values (N,), targets (N,), weights (R, N). NaN where one is constant."""
    x, y = values - values.mean(), targets - targets.mean()
    sums = weights @ np.stack([x, y, x * x, y * y, x * y], axis=1)
    count = weights.sum(axis=1)
    both = sums[:, 4] - sums[:, 0] * sums[:, 1] / count
    spreads = [_spread(sums[:, k], sums[:, k + 2], count) for k in (0, 1)]
    return np.asarray(np.clip(both / np.sqrt(spreads[0]) / np.sqrt(spreads[1]), -1, 1))


def spearman(values: Floats, targets: Floats, weights: Floats) -> Floats:
    """Spearman's correlation (R,): Pearson's of the ranks, equal ones sharing theirs. As `pearson`."""
    middle = (weights.sum(axis=1, keepdims=True) + 1) / 2
    x, y = ranks(values, weights) - middle, ranks(targets, weights) - middle
    both, of_x, of_y = (np.einsum("rn,rn,rn->r", weights, *pair) for pair in ((x, y), (x, x), (y, y)))
    varies = (of_x > 0) & (of_y > 0)
    result: Floats = np.divide(both, np.sqrt(of_x) * np.sqrt(of_y), out=np.full(len(both), np.nan), where=varies)
    return result


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
    y = targets - targets.mean()
    sums = weights @ np.stack([y, y * y, (values - targets) ** 2], axis=1)
    result: Floats = 1 - sums[:, 2] / _spread(sums[:, 0], sums[:, 1], weights.sum(axis=1))
    return result


def _spread(total: Floats, squares: Floats, count: Floats) -> Floats:
    """(R,) sum of squares around the mean, of the sum and the sum of squares; NaN where it is only rounding."""
    spread = squares - total**2 / count
    return np.where(spread > _ROUNDING * squares, spread, np.nan)
