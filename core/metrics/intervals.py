"""Intervals of measures over texts, and the measures that a confusion matrix holds.

A confusion matrix counts texts: row by their class, column by the verdict. It is (K, K), or (K, K + 1) where the last
column counts texts without a verdict (`core.results.dataset_evaluation.NO_CLASS`), which are never right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.metrics.probabilities import Floats

#: Counts (..., K, K): one confusion matrix or many.
Counts = NDArray[Any]

#: Numbers of resamples that are in memory at once.
BLOCK = 2**20
#: More rows than this have a normal interval of their mean.
RESAMPLED_ROWS = 100_000


@dataclass(frozen=True)
class Interval:
    """Between which two values a measure lies, at a level of confidence (0.95: 95 %)."""

    low: float
    high: float
    level: float


# Intervals


def wilson(successes: int, count: int, level: float = 0.95) -> Interval:
    """Of a share of independent texts (Wilson 1927, without continuity correction). 0 to 1 where there is no text.

    Raises:
        InputError: a level outside (0, 1), or not 0 <= successes <= count.
    """
    z = _normal_quantile(level)
    if not 0 <= successes <= count:
        raise InputError(f"{successes} of {count} is no share.", fix="give successes between 0 and the count.")
    if not count:
        return Interval(0.0, 1.0, level)
    share = successes / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    # At an end the formula gives that end, but for rounding.
    low = 0.0 if successes == 0 else middle - half
    return Interval(low, 1.0 if successes == count else middle + half, level)


def bootstrap_from_confusion(
    confusion: Counts,
    statistic: Callable[[Counts], Floats],
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> Interval:
    """Percentile interval (Efron 1979) of a statistic over texts that are drawn again with replacement.

    Drawing N texts is one multinomial draw of N over the cells of their confusion matrix: what it costs does not grow
    with N. Where every verdict is right all resamples are alike, and the interval has no width: for accuracy `wilson`
    says more there. NaN to NaN where the statistic is NaN on a resample.

    Args:
        confusion: (K, K) or (K, K + 1), whole numbers.
        statistic: counts (R, K, K) -> (R,), such as `macro_f1`; called on blocks of resamples.
        resamples: R in all, 1 or more.
        seed: the same seed gives the same interval.
        level: confidence, inside (0, 1).

    Raises:
        InputError: a matrix without a text, a level outside (0, 1).
    """
    _check_level(level)
    counts = np.asarray(confusion).astype(np.int64)
    total = int(counts.sum())
    if not total:
        raise InputError("There is nothing to resample.", fix="give at least one labelled text.")
    cells = np.flatnonzero(counts)
    shares = counts.ravel()[cells] / total
    chance, block = np.random.default_rng(seed), max(1, BLOCK // counts.size)
    values = np.empty(resamples)
    for start in range(0, resamples, block):
        part = values[start : start + block]
        drawn = np.zeros((len(part), counts.size), dtype=np.int64)
        drawn[:, cells] = chance.multinomial(total, shares, size=len(part))
        part[:] = statistic(drawn.reshape(-1, *counts.shape))
    return percentiles(values, level)


def bootstrap_mean(values: Floats, resamples: int = 1000, seed: int = 0, level: float = 0.95) -> Interval:
    """Of the mean of one value a text (N,), such as its log loss: the percentile interval of resampled means.

    Above 100,000 texts the normal interval, mean +- z * standard deviation / sqrt(N): there the two differ by less than
    the resampling itself. NaN to NaN where a value is no finite number, for then so is the mean. Of one text no width.

    Raises:
        InputError: no value, a level outside (0, 1).
    """
    z = _normal_quantile(level)
    x = np.asarray(values, dtype=np.float64)
    if not len(x):
        raise InputError("There is nothing to resample.", fix="give at least one labelled text.")
    if not np.isfinite(x).all():
        return Interval(nan, nan, level)
    if len(x) > RESAMPLED_ROWS:
        half = z * float(x.std(ddof=1)) / sqrt(len(x))
        return Interval(float(x.mean()) - half, float(x.mean()) + half, level)
    chance, block = np.random.default_rng(seed), max(1, BLOCK // len(x))
    means = np.empty(resamples)
    for start in range(0, resamples, block):
        part = means[start : start + block]
        part[:] = x[chance.integers(0, len(x), size=(len(part), len(x)))].mean(axis=1)
    return percentiles(means, level)


# Statistics


def accuracy(confusion: Counts) -> Floats:
    """(..., K, K) -> (...,): the share of right verdicts. NaN where there is no text."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1).sum(axis=-1)
    return quotient(right, confusion.sum(axis=(-2, -1)), nan)


def balanced_accuracy(confusion: Counts) -> Floats:
    """(..., K, K) -> (...,): mean recall over the classes that have a text. NaN where there is no text."""
    _, recall, _, support = precision_recall_f1(confusion)
    return quotient(recall.sum(axis=-1), (support > 0).sum(axis=-1), nan)


def macro_f1(confusion: Counts) -> Floats:
    """(..., K, K) -> (...,): mean F1 over the classes that have or get a text, as `core.metrics.classification` does.

    The classes are those of each matrix. A resample of one has no others; of a rare class it may have no text at all,
    and then there is no F1 of it to average: as 0 it would drag the interval below the measure. NaN without a text.
    """
    _, _, f1, support = precision_recall_f1(confusion)
    seen = support + _predicted(confusion) > 0
    return quotient(f1.sum(axis=-1), seen.sum(axis=-1), nan)


def weighted_f1(confusion: Counts) -> Floats:
    """(..., K, K) -> (...,): mean F1 over texts, each with its class's. NaN where there is no text."""
    _, _, f1, support = precision_recall_f1(confusion)
    return quotient((f1 * support).sum(axis=-1), support.sum(axis=-1), nan)


def precision_recall_f1(confusion: Counts) -> tuple[Floats, Floats, Floats, Counts]:
    """(..., K, K) -> precision, recall, F1 and support, each (..., K). A quotient by 0 is 0, as in scikit-learn."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    support, predicted = confusion.sum(axis=-1), _predicted(confusion)
    precision, recall = quotient(right, predicted, 0), quotient(right, support, 0)
    return precision, recall, quotient(2 * right, predicted + support, 0), support


def _predicted(confusion: Counts) -> Counts:
    """(..., K, K) -> (..., K): texts by their verdict."""
    counts: Counts = confusion.sum(axis=-2)[..., : confusion.shape[-2]]
    return counts


def quotient(part: NDArray[Any], whole: NDArray[Any], otherwise: float) -> Floats:
    """Element by element; `otherwise` where it would be by 0."""
    result: Floats = np.divide(
        part, whole, out=np.full(np.shape(whole), float(otherwise)), where=np.not_equal(whole, 0)
    )
    return result


def percentiles(values: Floats, level: float) -> Interval:
    """Of resampled values (R,): what lies between the ends is the level's share of them. NaN where one is NaN."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), level)


def _normal_quantile(level: float) -> float:
    """How many standard deviations either side hold this share: 1.96 of 0.95."""
    from scipy.special import ndtri

    _check_level(level)
    return float(ndtri((1 + level) / 2))


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise InputError(f"A level of {level} is no share.", fix="give one between 0 and 1, such as 0.95.")
