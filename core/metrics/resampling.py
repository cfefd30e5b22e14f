"""Intervals of statistics that are no mean over texts: drawing texts again is giving each text a weight."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.errors import InputError
from core.metrics.intervals import BLOCK, Interval, percentiles
from core.metrics.probabilities import Floats

#: Weights that are drawn in all, and resamples at the least: 200 of a quarter of a million texts or more.
MOST_WEIGHTS = 5 * 10**7
FEWEST = 200


def bootstrap_weighted(
    count: int, statistics: Callable[[Floats], Floats], resamples: int = 1000, seed: int = 0, level: float = 0.95
) -> list[Interval]:
    """Percentile intervals (Efron 1979) of S statistics over texts that are drawn again with replacement.

    All statistics see the same resamples. NaN to NaN where one is NaN on a resample.

    Args:
        count: N texts, 1 or more.
        statistics: how often each text was drawn (R, N) -> (R, S); called on blocks of resamples.
        resamples: fewer are drawn of more than 50,000 texts.
        seed: the same seed gives the same intervals.
        level: confidence, inside (0, 1).

    Raises:
        InputError: no text, a level outside (0, 1).
    """
    if count < 1:
        raise InputError("There is nothing to resample.", fix="give at least one labelled text.")
    resamples = min(resamples, max(FEWEST, MOST_WEIGHTS // count))
    chance, block = np.random.default_rng(seed), max(1, BLOCK // count)
    values = []
    for start in range(0, resamples, block):
        drawn = chance.integers(0, count, size=(min(block, resamples - start), count))
        weights = np.array([np.bincount(row, minlength=count) for row in drawn], dtype=np.float64)
        values.append(statistics(weights))
    return [percentiles(column, level) for column in np.concatenate(values).T]


def quantile(values: Floats, share: float, weights: Floats) -> Floats:
    """(R,) the smallest of the values (N,) that so large a share of the texts is not above; weights (R, N).

    The inverse of the distribution function: always one of the values.
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[:, order], axis=1)
    least = share * reached[:, -1:] - 1e-9
    return np.asarray(values[order[(reached >= least).argmax(axis=1)]])
