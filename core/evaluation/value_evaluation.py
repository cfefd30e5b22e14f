"""Stored values against values: how far each row is off, and the figures of all."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.with_intervals import figure, mean
from core.metrics.correlation import explained, pearson, spearman
from core.metrics.probabilities import Floats, Indicators
from core.metrics.resampling import bootstrap_weighted, quantile
from core.results import LoadedModel, Selection
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.figure import Figure
from core.results.value_evaluation import ValueEvaluation

#: What share of the rows is off by `worst` at most.
WORST = 0.95
_GOES_WITH = {"r2": explained, "pearson": pearson, "spearman": spearman}


def measured(
    selection: Selection,
    model: LoadedModel,
    summary: DatasetSummary,
    request: DatasetRequest,
    rows: NDArray[np.int64],
    values: NDArray[Any],
    actual: Floats,
    unread: tuple[int, str] = (0, ""),
) -> ValueEvaluation:
    """The whole result, of the answered rows (N,), what they are given (N, K) and what they should be (N, K)."""
    predicted = np.array(values, np.float64)
    known = (np.isfinite(predicted) & np.isfinite(actual)).all(axis=1)
    several = predicted.shape[1] > 1 and bool(known.any())
    x, y = predicted[known], actual[known]
    return ValueEvaluation(
        selection=selection,
        dataset=summary,
        request=request,
        classes=model.labels,
        untrained_head=bool(model.untrained_head),
        not_answered=summary.rows - len(rows),
        rows=rows,
        actual=actual,
        predicted=predicted,
        unread=unread,
        figures=figures(x, y),
        outputs=tuple(figures(x[:, k : k + 1], y[:, k : k + 1]) for k in range(x.shape[1])) if several else (),
    )


def figures(values: Floats, targets: Floats) -> dict[str, Figure]:
    """Every figure of `ValueEvaluation`, of values (M, K) against targets (M, K); empty where M is 0."""
    if not len(values):
        return {}
    off = np.abs(values - targets)
    squared, absolute = mean((off**2).mean(axis=1)), mean(off.mean(axis=1))
    roots = [None if part is None else sqrt(part) for part in (squared.value, squared.low, squared.high)]
    return {
        "mean_squared_error": squared,
        "mean_absolute_error": absolute,
        "root_mean_squared_error": Figure(roots[0] or 0.0, roots[1], roots[2]),
        "worst": _worst(off.mean(axis=1)),
        **_together(values, targets, targets.max(axis=0) > targets.min(axis=0)),
    }


def _worst(off: Floats) -> Figure:
    (found,) = bootstrap_weighted(len(off), lambda weights: quantile(off, WORST, weights)[:, None])
    return figure(quantile(off, WORST, np.ones((1, len(off))))[0], found)


def _together(values: Floats, targets: Floats, varies: Indicators) -> dict[str, Figure]:
    """R squared and correlations, means over the outputs (K,) whose targets vary; left out where none does."""
    outputs = np.flatnonzero(varies)
    if not len(outputs):
        return {}

    def statistics(weights: Floats) -> Floats:
        each = [[score(values[:, k], targets[:, k], weights) for k in outputs] for score in _GOES_WITH.values()]
        return np.asarray(np.mean(each, axis=1).T)

    found = statistics(np.ones((1, len(values))))[0]
    intervals = bootstrap_weighted(len(values), statistics)
    return {name: figure(found[i], intervals[i]) for i, name in enumerate(_GOES_WITH)}
