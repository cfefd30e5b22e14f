"""How good a candidate is on labelled texts."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.closed import nearest
from core.errors import InputError
from core.inference.blocks import Listener, classify_blocks
from core.inference.engine import Engine
from core.inference.rows import Rows
from core.inference.scoring import calibration_error, macro_f1
from core.results import Evaluation, Prediction, Selection

NAMED_CLASSES = 8

#: Class numbers (N,), 0/1 indicators (N, K), or values (N, K) of a regression.
Targets = NDArray[Any]
Measures = dict[str, float | None]


def evaluate(engine: Engine, selection: Selection, rows: Rows, on_progress: Listener | None = None) -> Evaluation:
    """Classify all rows and compare; labels are checked before any text is classified.

    Raises:
        InputError: rows without labels, a label that the model does not have (with the nearest one).
        AppError: the candidate cannot be loaded.
    """
    if rows.labels is None:
        raise InputError(f"'{rows.source}' was read without labels.", fix="name the label column.")
    model = engine.load(selection)
    targets = read_targets(rows.labels, model.labels, model.problem_type)
    started = time.perf_counter()
    predictions = classify_blocks(engine, selection, rows.texts, on_progress)
    return score(predictions, targets, time.perf_counter() - started)


def score(predictions: Sequence[Prediction], targets: Targets, seconds: float = 0.0) -> Evaluation:
    """The measures that fit the problem, of predictions against `read_targets`, in the same order."""
    if not predictions:
        raise InputError("There is nothing to evaluate.", fix="give at least one labelled text.")
    problem = predictions[0].problem_type
    match problem:
        case "multi_label_classification":
            measures = _multiple(_matrix(predictions, "probabilities"), targets)
        case "regression":
            measures = _regression(_matrix(predictions, "logits"), targets)
        case _:
            measures = _single(_matrix(predictions, "probabilities"), targets)
    return Evaluation(
        problem_type=problem, count=len(predictions), seconds=seconds, predictions=tuple(predictions), **measures
    )


def _single(p: NDArray[np.float64], targets: Targets) -> Measures:
    predicted = p.argmax(axis=1)
    return {
        "accuracy": float((predicted == targets).mean()),
        "macro_f1": macro_f1(predicted, targets),
        "calibration_error": calibration_error(p.max(axis=1), predicted == targets),
    }


def _multiple(p: NDArray[np.float64], targets: Targets) -> Measures:
    """Accuracy is over whole sets of labels; calibration over every decision, p >= 0.5, by itself."""
    predicted = p >= 0.5
    hits = predicted == targets
    return {
        "accuracy": float(hits.all(axis=1).mean()),
        "macro_f1": macro_f1(predicted, targets),
        "calibration_error": calibration_error(np.maximum(p, 1 - p).ravel(), hits.ravel()),
    }


def _regression(z: NDArray[np.float64], targets: Targets) -> Measures:
    """r2 is 1 - residual / total sum of squares, averaged over outputs that vary; None when none does."""
    residual = ((z - targets) ** 2).sum(axis=0)
    total = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    varies = total > 0
    return {
        "mean_squared_error": float(((z - targets) ** 2).mean()),
        "mean_absolute_error": float(np.abs(z - targets).mean()),
        "r2": float((1 - residual[varies] / total[varies]).mean()) if varies.any() else None,
    }


def _matrix(predictions: Sequence[Prediction], field: str) -> NDArray[np.float64]:
    return np.array([getattr(p, field) for p in predictions], dtype=np.float64)


def read_targets(labels: Sequence[str], classes: Sequence[str], problem_type: str) -> Targets:
    """Labels as written, one a text, to what `score` compares with.

    One class name; for several labels names joined by `|` or a JSON list (empty: none applies); for a
    regression one number an output, in the same two forms.

    Raises:
        InputError: with the row, counted from 1, and the nearest class.
    """
    if problem_type == "regression":
        return np.array([_values(label, len(classes), row) for row, label in enumerate(labels, 1)], dtype=np.float64)
    number = {name: i for i, name in enumerate(classes)}
    if problem_type != "multi_label_classification":
        return np.array([_class(label, number, row) for row, label in enumerate(labels, 1)], dtype=np.int64)
    targets = np.zeros((len(labels), len(classes)), dtype=np.bool_)
    for row, label in enumerate(labels, 1):
        targets[row - 1, [_class(name, number, row) for name in _several(label)]] = True
    return targets


def _class(label: str, number: dict[str, int], row: int) -> int:
    if label in number:
        return number[label]
    if label.strip() in number:
        return number[label.strip()]
    close = nearest(label, number)
    names = list(number)
    known = ", ".join(names[:NAMED_CLASSES]) + (
        f" and {len(names) - NAMED_CLASSES} more" if len(names) > NAMED_CLASSES else ""
    )
    hint = f"did you mean '{close}'? " if close else ""
    raise InputError(
        f"Row {row}: the model has no class {label[:80]!r}.",
        fix=f"{hint}It has: {known}. Choose the adapter that was trained on these labels, or another label column.",
    )


def _several(label: str) -> list[str]:
    """The names in one cell, none for an empty one."""
    if label.lstrip().startswith("["):
        try:
            found = json.loads(label)
        except json.JSONDecodeError:
            found = None
        if isinstance(found, list):
            return [str(name) for name in found]
    return [name.strip() for name in label.split("|") if name.strip()]


def _values(label: str, count: int, row: int) -> list[float]:
    try:
        values = [float(part) for part in _several(label)]
    except ValueError:
        values = []
    if len(values) != count or not np.isfinite(values).all():
        expected = "one number" if count == 1 else f"{count} numbers joined by '|'"
        raise InputError(f"Row {row}: {label[:80]!r} is not {expected}.", fix="name the column that holds the target.")
    return values
