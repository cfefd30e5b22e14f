"""Label cells as written, to what is measured and trained against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.config.strict_model import nearest
from core.errors import InputError

NAMED_CLASSES = 8

#: Class numbers (N,) int64, 0/1 indicators (N, K), or values (N, K) of a regression.
Targets = NDArray[Any]


def read_targets(labels: Sequence[str], classes: Sequence[str], problem_type: str) -> Targets:
    """Labels as written, one a text, to the numbers that a prediction is compared with.

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
        targets[row - 1, [_class(name, number, row) for name in cell_parts(label)]] = True
    return targets


def _class(label: str, number: Mapping[str, int], row: int) -> int:
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


def cell_parts(label: str) -> list[str]:
    """What one cell holds: the items of a JSON list, else what stands between `|`; nothing for an empty one."""
    if label.lstrip().startswith("["):
        try:
            return [str(part) for part in json.loads(label)]
        except (ValueError, RecursionError):
            pass
    return [part.strip() for part in label.split("|") if part.strip()]


def cell_values(label: str, count: int) -> list[float] | None:
    """The so many finite numbers that one cell holds, in the forms of `cell_parts`; None where it holds others."""
    try:
        values = [float(part) for part in cell_parts(label)]
    except ValueError:
        return None
    return values if len(values) == count and np.isfinite(values).all() else None


def _values(label: str, count: int, row: int) -> list[float]:
    values = cell_values(label, count)
    if values is None:
        expected = "one number" if count == 1 else f"{count} numbers joined by '|'"
        raise InputError(f"Row {row}: {label[:80]!r} is not {expected}.", fix="name the column that holds the target.")
    return values
