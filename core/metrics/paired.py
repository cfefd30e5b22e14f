"""Whether two models differ by more than chance on the same texts: tests and intervals of paired answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.metrics.intervals import BLOCK, Interval, bootstrap_mean, percentiles
from core.metrics.probabilities import Floats

#: Resamples of an interval, and random swaps of a test: no p-value is below 1 / 2,000.
RESAMPLES, SWAPS = 2000, 1999
#: Of the intervals.
LEVEL = 0.95
#: Means over more rows than this have the normal interval and test: resampling says the same there.
NORMAL_ROWS = 20_000
#: Differences of swapped answers as large as the one seen count as at least as extreme, but for rounding.
_TOLERANCE = 1e-12
_Z = 1.959963984540054


@dataclass(frozen=True)
class Paired:
    """A measure of two models; `difference` is the first's less the second's, with its interval and p-value."""

    first: float
    second: float
    interval: Interval
    p: float

    @property
    def difference(self) -> float:
        """Of the first from the second."""
        return self.first - self.second


# Tests


def mcnemar(first_only: int, second_only: int) -> float:
    """Two-sided exact p-value (McNemar 1947; binomial) of texts that only one of two models is right on.

    Where the two are equally good, each such text is the first's with a chance of a half. 1 where there is none.
    """
    from scipy.special import bdtr

    count = first_only + second_only
    return min(1.0, 2 * float(bdtr(min(first_only, second_only), count, 0.5))) if count else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values after Holm (1979): at most the level of them by chance of one being small among all, NaN as NaN."""
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p), nan)
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = np.maximum.accumulate((len(order) - np.arange(len(order))) * p[order])
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(value) for value in adjusted]


# Measures


def accuracies(first: NDArray[np.bool_], second: NDArray[np.bool_], seed: int = 0) -> Paired:
    """Of (N,) texts that each is right on: McNemar's test, and the paired bootstrap, in which a text keeps both.

    Raises:
        InputError: no text.
    """
    count = count_of(first)
    gained, lost = int((first & ~second).sum()), int((second & ~first).sum())
    shares = np.array([gained, lost, count - gained - lost]) / count
    drawn = np.random.default_rng(seed).multinomial(count, shares, size=RESAMPLES)
    interval = percentiles((drawn[:, 0] - drawn[:, 1]) / count, LEVEL)
    return Paired(float(first.mean()), float(second.mean()), interval, mcnemar(gained, lost))


def means(first: Floats, second: Floats, seed: int = 0) -> Paired:
    """Of one value a text and model (N,), such as its log loss, over the texts that have both; NaN where none has.

    The interval is the paired bootstrap's. The test swaps the two values of each text at random (Fisher 1935). Above
    20,000 texts both are the normal ones of the mean difference.
    """
    both = np.isfinite(first) & np.isfinite(second)
    a, b = (np.asarray(values[both], np.float64) for values in (first, second))
    if not len(a):
        return Paired(nan, nan, Interval(nan, nan, LEVEL), nan)
    difference, averages = a - b, (float(a.mean()), float(b.mean()))
    if len(a) > NORMAL_ROWS:
        return Paired(*averages, *_normal(difference))
    return Paired(*averages, bootstrap_mean(difference, RESAMPLES, seed), _swapped(difference))


def share_differences(
    first_only: NDArray[Any], second_only: NDArray[Any], count: NDArray[Any]
) -> tuple[Floats, Floats, Floats]:
    """95 % intervals of many paired differences of shares, and how many standard errors each is from 0: (S,) each.

    Wald's interval after half a text is added to each of the four cells (Agresti and Min 2005): it holds for few texts
    too, where a bootstrap has no width.

    Args:
        first_only: (S,) texts that only the first is right on.
        second_only: (S,) texts that only the second is right on.
        count: (S,) all texts.
    """
    gained, lost, total = (np.asarray(x, np.float64) for x in (first_only, second_only, count))
    middle = (gained - lost) / (total + 2)
    error = np.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (total + 2)) / (total + 2)
    return np.maximum(middle - _Z * error, -1.0), np.minimum(middle + _Z * error, 1.0), middle / error


def _normal(difference: Floats) -> tuple[Interval, float]:
    """The 95 % interval of the mean of (N,), and the two-sided p-value of it being 0."""
    from scipy.special import ndtr

    middle, error = float(difference.mean()), float(difference.std(ddof=1)) / sqrt(len(difference))
    p = float(2 * ndtr(-abs(middle) / error)) if error else float(middle == 0)
    return Interval(middle - _Z * error, middle + _Z * error, LEVEL), p


def _swapped(difference: Floats) -> float:
    count, total = len(difference), float(difference.sum())
    chance = np.random.default_rng(1)

    def flipped(size: int) -> Floats:
        kept = np.unpackbits(chance.integers(0, 256, (size, -(-count // 8)), np.uint8), axis=1, count=count)
        mean: Floats = (2 * (kept @ difference) - total) / count
        return mean

    return p_value(in_blocks(flipped, SWAPS, count), total / count)


def p_value(values: Floats, seen: float) -> float:
    """Of a random test, two-sided: the one seen is among its own (Phipson and Smyth 2010)."""
    return float((1 + (np.abs(values) >= abs(seen) - _TOLERANCE).sum()) / (len(values) + 1))


def in_blocks(draw: Callable[[int], Floats], size: int, width: int) -> Floats:
    """`size` values, drawn so many at once that `width` numbers of each fit a block."""
    block = max(1, BLOCK // max(1, width))
    return np.concatenate([draw(min(block, size - start)) for start in range(0, size, block)])


def count_of(rows: NDArray[Any]) -> int:
    """How many texts.

    Raises:
        InputError: none.
    """
    if not len(rows):
        raise InputError("There is nothing to compare.", fix="give at least one labelled text.")
    return len(rows)
