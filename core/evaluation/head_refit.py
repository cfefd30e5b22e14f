"""What corrected labels would change: a head that learnt them beside one that learnt the labels as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation import with_intervals
from core.evaluation.cross_fit import cross_fitted
from core.evaluation.measuring import confusion_matrix
from core.evaluation.merged_classes import merged
from core.metrics.paired import mcnemar
from core.metrics.probabilities import Floats, Indicators
from core.results.corrections import Action, Correction, HeadRefit
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.figure import Figure
from core.tasks.progress import Progress


@dataclass(frozen=True, eq=False)
class _Rows:
    """The measured rows (n,): places in the evaluation, class numbers before and after, the model's verdicts.

    `into`: (K + 1,) what each class is after merges.
    """

    places: NDArray[np.int64]
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    predicted: NDArray[np.int32]
    into: NDArray[np.int32]


def head_refit(
    result: DatasetEvaluation, vectors: NDArray[Any], corrections: Sequence[Correction], on_progress: Progress
) -> HeadRefit:
    """Of an evaluation, the pooled vectors (N, D) of its rows and the marks of the file's rows.

    Relabelled and removed rows change what a head learns, and merged classes; a new class has no place in the model's
    head.

    Raises:
        InputError: no row is relabelled or removed, or nothing is there to refit a head on.
    """
    into = _into(result, corrections)
    corrected, kept = _corrected(result, corrections, into)
    finite = np.isfinite(vectors).all(axis=1)
    places = np.flatnonzero(finite & (result.labelled | (corrected != NO_CLASS)))
    before, after, stays = result.actual[places], corrected[places], kept[places]
    changed, gone = int(((before != after) & stays).sum()), int((~stays).sum())
    if not changed + gone:
        raise InputError(
            "No row of this dataset is relabelled with another class, merged into one, or removed.",
            fix="mark rows, then refit.",
        )
    made, classes = np.asarray(vectors[places], np.float64), len(result.classes)
    told = [lambda f, m, i=i: on_progress((i + f) / 2, m) for i in range(2)]
    first = cross_fitted(made, before, classes, told[0], learnt=before != NO_CLASS)
    second = cross_fitted(made, after, classes, told[1], learnt=stays & (after != NO_CLASS))
    rows = np.flatnonzero(stays & (after != NO_CLASS))
    found = _Rows(places[rows], before[rows], after[rows], result.predicted[places[rows]], into)
    return _compared(found, first[rows], second[rows], removed=gone)


def _corrected(
    result: DatasetEvaluation, corrections: Sequence[Correction], into: NDArray[np.int32]
) -> tuple[NDArray[np.int32], Indicators]:
    """(N,) class numbers of the answered rows after the marks, and which of them stay; `into`: see `_into`."""
    number = {name: i for i, name in enumerate(result.classes)}
    place = {int(row): i for i, row in enumerate(result.rows)}
    actual, kept = result.actual.copy(), np.ones(len(result.rows), bool)
    for c in corrections:
        if (i := place.get(c.row)) is None:
            continue
        if c.action is Action.RELABEL and c.label in number:
            actual[i] = number[c.label]
        elif c.action in (Action.REMOVE, Action.NEW_CLASS):
            kept[i] = False
    return into[actual], kept


def _into(result: DatasetEvaluation, corrections: Sequence[Correction]) -> NDArray[np.int32]:
    """(K + 1,) the class that each one is after all merges; the last is `NO_CLASS`, which stays."""
    number = {name: i for i, name in enumerate(result.classes)}
    label = dict(zip(result.rows.tolist(), result.actual.tolist(), strict=True))
    pairs = [(label[c.row], number[c.label]) for c in corrections if _merges(c, label, number)]
    into = np.array([*range(len(result.classes)), NO_CLASS], np.int32)
    for source, target in merged(pairs).items():
        into[source] = target
    return into


def _merges(c: Correction, label: Mapping[int, int], number: Mapping[str, int]) -> bool:
    """Whether it is the merge of a class of the model's into another."""
    return c.action is Action.MERGE and label.get(c.row, NO_CLASS) != NO_CLASS and c.label in number


def _compared(rows: _Rows, first: Floats, second: Floats, *, removed: int) -> HeadRefit:
    """Two heads' probabilities (n, K) of the same rows, measured by the corrected labels.

    The first head still tells merged classes apart, and either is right.
    """
    given = [rows.into[said.argmax(axis=1)] for said in (first, second)]
    was, now = (said == rows.after for said in given)
    gains, losses, same = now & ~was, was & ~now, rows.before == rows.after
    return HeadRefit(
        relabelled=int((~same).sum()),
        removed=removed,
        measured=len(rows.after),
        model_before=with_intervals.share((rows.predicted == rows.before)[rows.before != NO_CLASS]),
        model_after=with_intervals.share(rows.into[rows.predicted] == rows.after),
        before=_figures(given[0], rows.after, first.shape[1]),
        after=_figures(given[1], rows.after, first.shape[1]),
        difference=_change(was, now),
        p=mcnemar(int(gains.sum()), int(losses.sum())),
        elsewhere=_change(was[same], now[same]) if same.any() else None,
        gained_places=rows.places[gains],
        lost_places=rows.places[losses],
    )


def _figures(given: NDArray[Any], target: NDArray[Any], classes: int) -> dict[str, Figure]:
    confusion = confusion_matrix(target, given, classes)
    return {
        "accuracy": with_intervals.share(given == target),
        "macro_f1": with_intervals.resampled(confusion, "macro_f1"),
    }


def _change(was: Indicators, now: Indicators) -> Figure:
    """The difference of two shares of the same rows, with its paired bootstrap interval."""
    return with_intervals.mean(now.astype(np.float64) - was.astype(np.float64))
