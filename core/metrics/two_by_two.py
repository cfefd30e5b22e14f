"""Whether two shares differ by more than chance: p-values of many two by two tables at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.probabilities import Floats

#: Expected counts below this are too small for the chi-squared approximation (Cochran 1954).
SMALL = 5.0
#: Tables as probable as the one seen count as at least as extreme, but for rounding; as in R.
_TOLERANCE = 1e-7
_BLOCK = 2**20


def p_values(right: NDArray[Any], count: NDArray[Any], other_right: NDArray[Any], other_count: NDArray[Any]) -> Floats:
    """(S,) two-sided p-values of two shares being one, each of S tables.

    Fisher's exact test where an expected count is below 5, otherwise Pearson's chi-squared test without correction.
    1 where there is nothing to compare: no row on one side, all right or none.

    Args:
        right: (S,) successes.
        count: (S,) trials.
        other_right: (S,) successes beside them.
        other_count: (S,) trials beside them.
    """
    a, n, c, m = (np.asarray(x, np.float64) for x in (right, count, other_right, other_count))
    p = np.ones(len(a))
    total, hits = n + m, a + c
    informative = (n > 0) & (m > 0) & (hits > 0) & (hits < total)
    fewest = np.minimum(n, m) * np.minimum(hits, total - hits) / np.maximum(total, 1)
    exact = np.flatnonzero(informative & (fewest < SMALL))
    plain = np.flatnonzero(informative & (fewest >= SMALL))
    if len(exact):
        p[exact] = _fisher(a[exact], n[exact], hits[exact], total[exact])
    if len(plain):
        p[plain] = _chi_squared(a[plain], n[plain], hits[plain], total[plain])
    return p


def _chi_squared(a: Floats, n: Floats, hits: Floats, total: Floats) -> Floats:
    from scipy.special import chdtrc

    difference = a / n - (hits - a) / (total - n)
    share = hits / total
    variance = share * (1 - share) * (1 / n + 1 / (total - n))
    p: Floats = chdtrc(1.0, difference**2 / variance)
    return p


def _fisher(a: Floats, n: Floats, hits: Floats, total: Floats) -> Floats:
    """Sum of the hypergeometric probabilities that are not larger than that of the table seen (Fisher 1935)."""
    from scipy.special import gammaln

    def chosen(of: Floats, some: Floats) -> Floats:
        found: Floats = gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1)
        return found

    low, high = np.maximum(0, hits - (total - n)), np.minimum(hits, n)
    width = (high - low + 1).astype(np.int64)
    p, order = np.empty(len(a)), np.argsort(width, kind="stable")
    start = 0
    while start < len(order):
        # The tables are sorted by their support: a block is as wide as its last one.
        size = max(1, _BLOCK // int(width[order[min(len(order), start + _BLOCK // int(width[order[start]])) - 1]]))
        at = order[start : start + size]
        steps = np.arange(width[at].max())[None, :]
        k = np.minimum(low[at, None] + steps, high[at, None])
        log = chosen(n[at, None], k) + chosen((total - n)[at, None], hits[at, None] - k)
        log -= chosen(total[at], hits[at])[:, None]
        seen = np.take_along_axis(log, (a[at] - low[at]).astype(np.int64)[:, None], axis=1)
        counted = (steps < width[at, None]) & (log <= seen + _TOLERANCE)
        p[at] = np.minimum(1.0, np.where(counted, np.exp(log), 0.0).sum(axis=1))
        start += size
    return p
