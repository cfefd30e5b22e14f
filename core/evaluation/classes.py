"""Every class against all others, and an order in which those that are confused stand side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics import intervals
from core.metrics.probabilities import Floats, softmax
from core.metrics.ranking import average_precisions, roc_aucs
from core.results.classes import ClassFigures, ClassReport
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation

#: Rows whose probabilities are ranked: of 150 classes they take 120 MB in float64.
MOST_ROWS = 100_000


def class_report(result: DatasetEvaluation, logits: NDArray[Any]) -> ClassReport:
    """Of an evaluation and the logits (N, K) of its rows; the areas are of evenly drawn rows where they are very many.

    Args:
        result: its verdicts and labels.
        logits: (N, K), which may be mapped from disk.
    """
    count, known = len(result.classes), np.flatnonzero(result.labelled)
    label, said = result.actual[known], result.predicted[known]
    counts = np.concatenate([result.confusion, _silent(label, said, count)[:, None]], axis=1)
    precision, recall, f1, support = intervals.precision_recall_f1(counts)
    aucs, averages = _areas(logits, known, result.actual, result.temperature)
    off = result.confusion - np.diag(np.diagonal(result.confusion))
    figures = []
    for k, name in enumerate(result.classes):
        right = int(result.confusion[k, k])
        interval = intervals.wilson(right, int(support[k]))
        other = int(off[k].argmax())
        figures.append(
            ClassFigures(
                name=name,
                support=int(support[k]),
                predicted=int(result.confusion[:, k].sum()),
                precision=float(precision[k]),
                recall=float(recall[k]),
                f1=float(f1[k]),
                low=interval.low,
                high=interval.high,
                roc_auc=aucs[k],
                average_precision=averages[k],
                taken_for=(other, int(off[k, other])) if off[k, other] else None,
            )
        )
    return ClassReport(tuple(figures), confusion_order(result.confusion), result.confusion, _groups(off))


def confusion_order(confusion: NDArray[np.int64]) -> NDArray[np.int64]:
    """(K,) class numbers so that confusions of (K, K) lie near the diagonal: reverse Cuthill-McKee (1969; George 1971).

    Classes are neighbours where one is taken for the other, either way round.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    off = confusion - np.diag(np.diagonal(confusion))
    near = csr_matrix(((off + off.T) > 0).astype(np.int8))
    order: NDArray[np.int64] = reverse_cuthill_mckee(near, symmetric_mode=True).astype(np.int64)
    return order


def _groups(off: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    """Connected classes, where an edge is a confusion in either direction."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    _, member = connected_components(csr_matrix(off > 0), directed=False)
    groups = [tuple(int(k) for k in np.flatnonzero(member == g)) for g in np.unique(member)]
    return tuple(sorted((group for group in groups if len(group) > 1), key=lambda group: (-len(group), group)))


def _silent(label: NDArray[np.int32], said: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """(K,) rows of each class without a verdict."""
    return np.bincount(label[said == NO_CLASS], minlength=count)


def _areas(
    logits: NDArray[Any], known: NDArray[np.int64], actual: NDArray[np.int32], temperature: float
) -> tuple[list[float | None], list[float | None]]:
    """ROC-AUC and average precision of each class, over labelled rows with a verdict."""
    rows = known[np.isfinite(logits[known]).all(axis=1)] if len(known) <= MOST_ROWS else _drawn(known, logits)
    if not len(rows):
        return [None] * logits.shape[1], [None] * logits.shape[1]
    p: Floats = softmax(np.asarray(logits[rows], np.float64) / temperature)
    return roc_aucs(p, actual[rows]), average_precisions(p, actual[rows])


def _drawn(known: NDArray[np.int64], logits: NDArray[Any]) -> NDArray[np.int64]:
    rows = np.sort(np.random.default_rng(0).choice(known, MOST_ROWS, replace=False))
    chosen: NDArray[np.int64] = rows[np.isfinite(logits[rows]).all(axis=1)]
    return chosen
