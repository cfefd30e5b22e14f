"""Figures over the rows of a dataset with their 95 % intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import intervals
from core.metrics.probabilities import Indicators
from core.results.figure import Figure


def share(hits: Indicators) -> Figure:
    """A share of rows (N,) with its interval by Wilson; NaN of no row."""
    interval = intervals.wilson(int(hits.sum()), len(hits))
    return Figure(float(hits.mean()) if len(hits) else float("nan"), interval.low, interval.high)


def mean(values: NDArray[Any]) -> Figure:
    """The mean over the rows (N,) that have a value, with its bootstrap interval; NaN where none has.

    A row without a verdict has no probability, and so no loss.
    """
    stated = np.asarray(values, np.float64)
    stated = stated[~np.isnan(stated)]
    if not len(stated):
        return Figure(float("nan"))
    interval = intervals.bootstrap_mean(stated)
    return Figure(float(stated.mean()), interval.low, interval.high)


def figure(value: float, interval: intervals.Interval) -> Figure:
    """A value with its interval; without one where a resample has none: of few rows all may be alike."""
    if interval.low != interval.low or interval.high != interval.high:
        return Figure(float(value))
    return Figure(float(value), interval.low, interval.high)


def resampled(confusion: NDArray[np.int64], name: str) -> Figure:
    """A statistic of `core.metrics.intervals`, by its name, of a confusion matrix, with its bootstrap interval."""
    statistic = getattr(intervals, name)
    interval = intervals.bootstrap_from_confusion(confusion, statistic)
    return Figure(float(statistic(confusion[None])[0]), interval.low, interval.high)
