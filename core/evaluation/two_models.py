"""Two models on the same dataset: differences with their tests, agreement, and the rows where they part."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.class_alignment import Numbers, align, renumbered
from core.evaluation.divergences import Divergences, divergences
from core.metrics import paired
from core.metrics.agreement import kappa
from core.metrics.paired_f1 import macro_f1s
from core.metrics.probabilities import Floats
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.figure import Figure
from core.results.two_models import ClassDifference, ConfusionDifference, MeasureDifference, TwoModels
from core.tasks.progress import Progress


def compare(
    first: DatasetEvaluation,
    second: DatasetEvaluation,
    logits: tuple[NDArray[Any], NDArray[Any]],
    on_progress: Progress,
) -> TwoModels:
    """Of two evaluations of the same N rows and both models' logits (N, K), which may be mapped from disk.

    Raises:
        InputError: no class is common, or no row has a label that is one.
    """
    aligned = align(first.classes, second.classes)
    label, other = renumbered(first.actual, None), renumbered(second.actual, aligned.second)
    actual = np.where(label == other, label, NO_CLASS)
    known = actual != NO_CLASS
    if not known.any():
        raise InputError("No row has a label that is a class of both.", fix="bring rows of their common classes.")
    said, said_second = renumbered(first.predicted, None), renumbered(second.predicted, aligned.second)
    on_progress(0.1, "comparing probabilities")
    found = divergences(first, second, logits, aligned.columns, known)
    measures = _measures(first, second, found, (actual, said, said_second), len(aligned.classes), on_progress)
    right, right_second = (v[known] == actual[known] for v in (said, said_second))
    verdicts = (said != NO_CLASS) & (said_second != NO_CLASS)
    probabilities = [np.where(known, np.exp(-r.loss), np.nan).astype(np.float32) for r in (first, second)]
    return TwoModels(
        classes=aligned.classes,
        common=aligned.common,
        measures=measures,
        both=int((right & right_second).sum()),
        first_only=int((right & ~right_second).sum()),
        second_only=int((right_second & ~right).sum()),
        neither=int((~right & ~right_second).sum()),
        alike=int((said == said_second)[verdicts].sum()),
        answered=int(verdicts.sum()),
        kappa=kappa(said[verdicts], said_second[verdicts], len(aligned.classes)),
        divergence=_mean(found.there),
        back=_mean(found.back),
        distance=_mean(found.distance),
        per_class=_per_class(aligned.classes, actual, said, said_second, found.there),
        confusions=_confusions(aligned.classes, actual, said, said_second),
        actual=actual,
        first=said,
        second=said_second,
        first_probability=probabilities[0],
        second_probability=probabilities[1],
        distances=found.distance.astype(np.float32),
    )


def _measures(
    first: DatasetEvaluation,
    second: DatasetEvaluation,
    found: Divergences,
    numbers: tuple[Numbers, Numbers, Numbers],
    classes: int,
    on_progress: Progress,
) -> tuple[MeasureDifference, ...]:
    known = numbers[0] != NO_CLASS
    actual, said, other = (values[known] for values in numbers)
    losses = [r.loss[known].astype(np.float64) for r in (first, second)]
    tests = {
        "accuracy": lambda: paired.accuracies(said == actual, other == actual),
        "macro_f1": lambda: macro_f1s(actual, said, other, classes),
        "log_loss": lambda: paired.means(losses[0], losses[1]),
        "brier": lambda: paired.means(found.first_brier[known], found.second_brier[known]),
    }
    differences = {}
    for i, (name, test) in enumerate(tests.items()):
        on_progress(0.5 + i / 8, "testing differences")  # where it can be stopped
        differences[name] = test()
    adjusted = paired.holm([d.p for d in differences.values()])
    return tuple(
        MeasureDifference(name, d.first, d.second, Figure(d.difference, d.interval.low, d.interval.high), d.p, p)
        for (name, d), p in zip(differences.items(), adjusted, strict=True)
    )


def _per_class(
    classes: tuple[str, ...], actual: Numbers, said: Numbers, other: Numbers, divergence: Floats
) -> tuple[ClassDifference, ...]:
    known, size = actual != NO_CLASS, len(classes)
    label, right, right_second = actual[known], (said == actual)[known], (other == actual)[known]

    def rows(mask: NDArray[np.bool_]) -> Numbers:
        return np.bincount(label[mask], minlength=size)

    count, one, two = rows(np.ones(len(label), bool)), rows(right), rows(right_second)
    low, high, score = paired.share_differences(rows(right & ~right_second), rows(right_second & ~right), count)
    told = known & np.isfinite(divergence)
    total = np.bincount(actual[told], divergence[told], minlength=size)
    told_rows = np.bincount(actual[told], minlength=size)
    order = sorted(np.flatnonzero(count).tolist(), key=lambda k: (-abs(score[k]), -count[k], k))
    return tuple(
        ClassDifference(
            name=classes[k],
            count=int(count[k]),
            first=int(one[k]),
            second=int(two[k]),
            low=float(low[k]),
            high=float(high[k]),
            divergence=float(total[k] / told_rows[k]) if told_rows[k] else None,
        )
        for k in order
    )


def _confusions(
    classes: tuple[str, ...], actual: Numbers, said: Numbers, other: Numbers
) -> tuple[ConfusionDifference, ...]:
    size, known = len(classes), actual != NO_CLASS
    support = np.bincount(actual[known], minlength=size)
    counts: dict[int, list[int]] = {}
    for i, verdicts in enumerate((said, other)):
        wrong = known & (verdicts != actual) & (verdicts != NO_CLASS)
        cells, rows = np.unique(actual[wrong] * size + verdicts[wrong], return_counts=True)
        for cell, n in zip(cells.tolist(), rows.tolist(), strict=True):
            counts.setdefault(cell, [0, 0])[i] = n
    pairs = [(cell, one, two) for cell, (one, two) in counts.items() if one != two]
    pairs.sort(key=lambda pair: (-abs(pair[1] - pair[2]), -max(pair[1:]), pair[0]))
    return tuple(
        ConfusionDifference(classes[c // size], classes[c % size], int(support[c // size]), one, two)
        for c, one, two in pairs
    )


def _mean(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
