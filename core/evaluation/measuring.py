"""Stored logits against labels: each row's outcome, and the figures of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.stored_rows import let_go
from core.evaluation.with_intervals import mean, resampled, share
from core.metrics.calibration import calibration_error
from core.metrics.probabilities import softmax
from core.metrics.proper_scores import brier_rows, log_loss_rows
from core.results import LoadedModel, Selection
from core.results.calibration import Calibration
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.figure import Figure

#: Rows whose logits are looked at together: (8,192, 150) in float64 is 10 MB.
_BLOCK = 8192


@dataclass(frozen=True)
class Outcome:
    """(N,) each, see `DatasetEvaluation`; `brier`: the sum over classes of squared differences, NaN without a label."""

    predicted: NDArray[np.int32]
    probability: NDArray[np.float32]
    margin: NDArray[np.float32]
    loss: NDArray[np.float32]
    rank: NDArray[np.int32]
    brier: NDArray[np.float32]


def measured(
    selection: Selection,
    model: LoadedModel,
    summary: DatasetSummary,
    request: DatasetRequest,
    rows: NDArray[np.int64],
    logits: NDArray[Any],
    actual: NDArray[np.int32],
    sure: float,
    calibration: Calibration | None = None,
) -> DatasetEvaluation:
    """The whole result, of the answered rows (N,), their logits (N, K) and classes (N,)."""
    found, classes = outcome(logits, actual, calibration.temperature if calibration else 1.0), len(model.labels)
    return DatasetEvaluation(
        selection=selection,
        dataset=summary,
        request=request,
        classes=model.labels,
        not_answered=summary.rows - len(rows),
        rows=rows,
        actual=actual,
        predicted=found.predicted,
        probability=found.probability,
        margin=found.margin,
        loss=found.loss,
        rank=found.rank,
        confusion=confusion_matrix(actual, found.predicted, classes),
        figures=figures(found, actual, classes, sure),
        sure=sure,
        untrained_head=bool(model.untrained_head),
        calibration=calibration,
    )


def outcome(logits: NDArray[Any], actual: NDArray[np.int32], temperature: float = 1.0) -> Outcome:
    """Of logits (N, K), which may be mapped from disk, and classes (N,): in blocks of rows, in float64.

    Probabilities are those of the logits divided by the temperature.
    """
    count = len(logits)
    predicted, rank = np.full(count, NO_CLASS, np.int32), np.zeros(count, np.int32)
    probability, margin, loss, brier = (np.full(count, np.nan, np.float32) for _ in range(4))
    for start in range(0, count, _BLOCK):
        part = slice(start, start + _BLOCK)
        z = np.asarray(logits[part], np.float64)
        finite = np.flatnonzero(np.isfinite(z).all(axis=1))
        z, at = z[finite], finite + start
        if not len(at):
            continue
        p, each = softmax(z / temperature), np.arange(len(at))
        best = z.argmax(axis=1)
        predicted[at], probability[at] = best, p[each, best]
        second = np.partition(p, -2, axis=1)[:, -2] if p.shape[1] > 1 else np.zeros(len(at))
        margin[at] = p[each, best] - second
        known = np.flatnonzero(actual[at] != NO_CLASS)
        label = actual[at[known]]
        loss[at[known]], brier[at[known]] = log_loss_rows(p[known], label), brier_rows(p[known], label)
        mine = z[known, label]
        ahead = z[known] > mine[:, None]
        equal_before = (z[known] == mine[:, None]) & (np.arange(z.shape[1]) < label[:, None])
        rank[at[known]] = 1 + (ahead | equal_before).sum(axis=1)
        let_go(logits)
    return Outcome(predicted, probability, margin, loss, rank, brier)


def confusion_matrix(actual: NDArray[np.int32], predicted: NDArray[np.int32], classes: int) -> NDArray[np.int64]:
    """(K, K) counts of the rows that have both."""
    both = (actual != NO_CLASS) & (predicted != NO_CLASS)
    flat = actual[both].astype(np.int64) * classes + predicted[both]
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


def figures(found: Outcome, actual: NDArray[np.int32], classes: int, sure: float) -> dict[str, Figure]:
    """Every figure of `DatasetEvaluation`, over the rows that have a label; empty where none has.

    Rows without a verdict count as wrong: for them the confusion matrix has a column more.
    """
    known = actual != NO_CLASS
    if not known.any():
        return {}
    label, said = actual[known], found.predicted[known]
    right = label == said
    counts = confusion_matrix(label, said, classes)
    silent = np.bincount(label[said == NO_CLASS], minlength=classes)
    counts = np.concatenate([counts, silent[:, None]], axis=1)
    rates = {
        "accuracy": right,
        "top_3": (found.rank[known] > 0) & (found.rank[known] <= 3),
        "sure_and_wrong": ~right & (found.probability[known] >= np.float32(sure)),
    }
    result = {name: share(hits) for name, hits in rates.items()}
    for name in ("balanced_accuracy", "macro_f1", "weighted_f1"):
        result[name] = resampled(counts, name)
    for name, values in (("log_loss", found.loss[known]), ("brier", found.brier[known])):
        result[name] = mean(values)
    if (error := calibration_error(found.probability[known].astype(np.float64), right)) is not None:
        result["calibration_error"] = Figure(error)
    return result
