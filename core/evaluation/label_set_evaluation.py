"""Stored logits against sets of labels: each row's set, and the figures of all rows and of each label."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.stored_rows import let_go
from core.evaluation.with_intervals import figure, mean, share
from core.metrics import label_sets
from core.metrics.classification import THRESHOLD
from core.metrics.probabilities import Floats, Indicators, sigmoid
from core.metrics.ranking import average_precision
from core.metrics.resampling import bootstrap_weighted
from core.results import LoadedModel, Selection
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.figure import Figure
from core.results.label_set_evaluation import LabelFigures, LabelSetEvaluation

#: Rows whose logits are looked at together, and labels: a file is read once for so many.
_BLOCK, _LABELS = 8192, 32


def measured(
    selection: Selection,
    model: LoadedModel,
    summary: DatasetSummary,
    request: DatasetRequest,
    rows: NDArray[np.int64],
    logits: NDArray[Any],
    actual: Indicators,
    labelled: Indicators,
) -> LabelSetEvaluation:
    """The whole result, of the answered rows (N,): their logits (N, K), labels (N, K), whether these are known (N,)."""
    predicted, silent = np.zeros(logits.shape, bool), np.zeros(len(logits), bool)
    loss, ranking, mistakes = (np.full(len(logits), np.nan, np.float32) for _ in range(3))
    for start in range(0, len(logits), _BLOCK):
        part = slice(start, start + _BLOCK)
        z = np.asarray(logits[part], np.float64)
        p = sigmoid(z)
        predicted[part], silent[part] = p >= THRESHOLD, ~np.isfinite(p).all(axis=1)
        mistakes[part] = ((predicted[part] != actual[part]) | ~np.isfinite(p)).mean(axis=1)
        known = np.flatnonzero(labelled[part] & np.isfinite(z).all(axis=1))
        loss[start + known] = label_sets.binary_cross_entropy_rows(z[known], actual[part][known])
        ranking[start + known] = label_sets.ranking_precision_rows(z[known], actual[part][known])
        let_go(logits)
    each = _labels(model.labels, logits, actual, predicted, labelled)
    return LabelSetEvaluation(
        selection=selection,
        dataset=summary,
        request=request,
        classes=model.labels,
        untrained_head=bool(model.untrained_head),
        not_answered=summary.rows - len(rows),
        rows=rows,
        labelled=labelled,
        actual=actual,
        predicted=predicted,
        silent=silent,
        loss=loss,
        commonest=_commonest(model.labels, actual[labelled]),
        labels=each,
        figures=_figures(actual[labelled], predicted[labelled], each, mistakes[labelled])
        | {"log_loss": mean(loss[labelled]), "ranking_precision": mean(ranking[labelled])}
        if labelled.any()
        else {},
    )


def _figures(
    actual: Indicators, predicted: Indicators, each: tuple[LabelFigures, ...], mistakes: NDArray[np.float32]
) -> dict[str, Figure]:
    """Those of sets, of the measured rows (M, K); `mistakes` (M,): the share of a row's labels that is wrong."""
    stated = [label.average_precision for label in each if label.average_precision is not None]
    return {
        "accuracy": share(mistakes == 0),
        "hamming_loss": mean(mistakes),
        **f1_figures(actual, predicted),
        "macro_average_precision": Figure(float(np.mean(stated)) if stated else float("nan")),
    }


def f1_figures(actual: Indicators, predicted: Indicators) -> dict[str, Figure]:
    """Micro-F1 and macro-F1 of sets (M, K) against sets, with bootstrap intervals: what is drawn are rows."""
    from scipy.sparse import csr_matrix, hstack

    counts = hstack([csr_matrix(part, dtype=np.float64) for part in (actual & predicted, predicted, actual)]).T.tocsr()
    scores = (label_sets.micro_f1, label_sets.macro_f1)

    def statistics(weights: Floats) -> Floats:
        totals = np.asarray(counts @ weights.T).T.reshape(len(weights), 3, -1)
        return np.stack([score(*np.moveaxis(totals, 1, 0)) for score in scores], axis=1)

    values = statistics(np.ones((1, len(actual))))[0]
    found = bootstrap_weighted(len(actual), statistics)
    return {name: figure(values[i], found[i]) for i, name in enumerate(("micro_f1", "macro_f1"))}


def _labels(
    names: tuple[str, ...], logits: NDArray[Any], actual: Indicators, predicted: Indicators, labelled: Indicators
) -> tuple[LabelFigures, ...]:
    """Each label over the labelled rows; empty where there is none."""
    rows = np.flatnonzero(labelled)
    if not len(rows):
        return ()
    found = []
    for first in range(0, len(names), _LABELS):
        columns = slice(first, first + _LABELS)
        scores = np.asarray(logits[:, columns], np.float32)[rows]
        let_go(logits)
        for k, name in enumerate(names[columns]):
            mine, given = actual[rows, first + k], predicted[rows, first + k]
            known = np.isfinite(scores[:, k])
            found.append(_label(name, mine, given, average_precision(scores[known, k], mine[known])))
    return tuple(found)


def _label(name: str, mine: Indicators, given: Indicators, average: float | None) -> LabelFigures:
    support, predicted, hits = int(mine.sum()), int(given.sum()), int((mine & given).sum())
    return LabelFigures(
        label=name,
        support=support,
        predicted=predicted,
        hits=hits,
        precision=hits / predicted if predicted else None,
        recall=hits / support if support else None,
        f1=2 * hits / (support + predicted) if support + predicted else None,
        average_precision=average,
    )


def _commonest(names: tuple[str, ...], actual: Indicators) -> tuple[tuple[str, ...], int]:
    """The most frequent of these sets (M, K), and how often it is there; nothing of none."""
    if not len(actual):
        return (), 0
    sets, counts = np.unique(np.packbits(actual, axis=1), axis=0, return_counts=True)
    most = int(counts.argmax())
    indicators = np.unpackbits(sets[most], count=len(names))
    return tuple(name for name, has in zip(names, indicators, strict=True) if has), int(counts[most])
