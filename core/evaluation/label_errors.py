"""Rows whose label is likely wrong: by probabilities of a model that has not seen them, with their nearest rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.cross_fit import cross_fitted
from core.evaluation.nearest import nearest, unit_rows
from core.metrics.label_errors import label_errors
from core.metrics.probabilities import Floats, softmax
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import NEIGHBOURS, LabelErrorReport
from core.tasks.progress import Progress

#: Of so many rows, the likeliest, the nearest ones are looked for.
MOST_COMPARED = 1000


def label_error_report(
    result: DatasetEvaluation,
    logits: NDArray[Any],
    vectors: NDArray[Any] | None,
    on_progress: Progress,
    *,
    refit: bool,
) -> LabelErrorReport:
    """Of an evaluation, the logits (N, K) of its rows and their pooled vectors (N, D), where these are kept.

    With `refit` probabilities are of heads that are refitted without the row: for rows that the model was trained on.

    Raises:
        InputError: nothing to refit a head on.
    """
    finite = np.isfinite(logits).all(axis=1)
    places = np.flatnonzero(result.labelled & finite)
    target = result.actual[places]
    p = _probabilities(result, logits, vectors, places, on_progress, refit=refit)
    found = label_errors(p, target)
    rows = places[found]
    neighbours, similarity = _nearest(vectors, rows[:MOST_COMPARED], finite)
    return LabelErrorReport(
        classes=result.classes,
        looked_at=len(places),
        cross_fitted=refit,
        places=rows,
        label=target[found].astype(np.int64),
        suggested=p[found].argmax(axis=1),
        of_label=p[found, target[found]],
        of_suggested=p[found].max(axis=1),
        neighbours=neighbours,
        similarity=similarity,
    )


def _probabilities(
    result: DatasetEvaluation,
    logits: NDArray[Any],
    vectors: NDArray[Any] | None,
    places: NDArray[np.int64],
    on_progress: Progress,
    *,
    refit: bool,
) -> Floats:
    if refit and vectors is not None:
        made = np.asarray(vectors[places], np.float64)
        return cross_fitted(made, result.actual[places], len(result.classes), on_progress)
    return softmax(np.asarray(logits[places], np.float64) / result.temperature)


def _nearest(
    vectors: NDArray[Any] | None, rows: NDArray[np.int64], finite: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(R, n) the other rows with the largest cosine to each of these, and the cosines; n = 0 without vectors."""
    if vectors is None or not len(rows):
        return np.zeros((len(rows), 0), np.int64), np.zeros((len(rows), 0))
    others = np.flatnonzero(finite)
    units, own = unit_rows(vectors[others]), np.searchsorted(others, rows)
    places, cosines = nearest(units[own], units, NEIGHBOURS, own)
    return others[places], cosines
