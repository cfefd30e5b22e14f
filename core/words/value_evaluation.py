"""How good a regression is on a dataset, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.results.figure import Figure
from core.results.value_evaluation import ValueEvaluation
from core.words import evaluation
from core.words.class_names import readable
from core.words.dataset import count
from core.words.evaluation import MEASURES, interval
from core.words.numbers import three_digits

#: In the order in which they are told.
FIGURES = {
    "mean_absolute_error": MEASURES["mean_absolute_error"],
    "root_mean_squared_error": "Root mean squared error",
    "mean_squared_error": f"{MEASURES['mean_squared_error']} (the criterion)",
    "worst": "95\u00a0% of rows are off by at most",
    "r2": f"{MEASURES['r2']} (1: exact, 0: no better than always giving the mean)",
    "pearson": "Pearson's correlation",
    "spearman": "Spearman's correlation (of ranks)",
}
_SHORT = {
    "mean_absolute_error": "Mean absolute error",
    "root_mean_squared_error": "Root mean squared error",
    "r2": "R²",
    "pearson": "Pearson",
    "spearman": "Spearman",
}
#: What the picture of errors shows.
ERRORS = "How many rows are off by how much: left of 0 too low, right of it too high."


def headline(result: ValueEvaluation) -> str:
    """How far off it is, how much of what varies it explains, and how far off the worst rows are."""
    if not result.figures:
        return f"{count(len(result.rows), 'row')} answered. None has a value to compare with, so nothing is measured."
    error, worst = result.figures["mean_absolute_error"], result.figures["worst"]
    ends, range_of_worst = (interval(name, result.figures[name]) for name in ("mean_absolute_error", "worst"))
    between = f" (mean absolute error, 95\u00a0% interval {ends})" if ends else " (mean absolute error)"
    mean = f", mean over {count(len(result.classes), 'output')}" if len(result.classes) > 1 else ""
    return (
        f"Off by {three_digits(error.value)} on average over {count(result.measured, 'row')}{between}{mean}. "
        f"{_explained(result.figures.get('r2'))} The worst 5\u00a0% are off by {three_digits(worst.value)}"
        f"{f' ({range_of_worst})' if range_of_worst else ''} or more."
    )


def _explained(found: Figure | None) -> str:
    if found is None:
        return "The values of all rows are alike, so R² says nothing."
    ends = interval("r2", found)
    against = "no better than always giving the mean" if found.value <= 0 else "1 is exact, 0 always giving the mean"
    return f"R² {three_digits(found.value)}{f' ({ends})' if ends else ''}: {against}."


def not_measured(result: ValueEvaluation) -> str:
    """What of the file is in no figure, and why; empty where all of it is."""
    unread, example = result.unread
    silent = int((result.labelled & ~result.stated).sum())
    blank = len(result.rows) - int(result.labelled.sum()) - unread
    wanted = "a number" if len(result.classes) == 1 else f"{len(result.classes):,} numbers"
    cut = f"{example[:40]}…" if len(example) > 40 else example
    parts = [
        f"{count(unread, 'row')} with a label that is not {wanted} (the first: '{cut}'): in no figure."
        if unread
        else "",
        f"{count(blank, 'row')} without a value: answered, and in no figure." if blank else "",
        f"{count(result.not_answered, 'row')} without a text, or with one too long: not answered."
        if result.not_answered
        else "",
        f"{count(silent, 'row')} whose value is not finite: in no figure." if silent else "",
    ]
    return " ".join(part for part in parts if part)


def figures(result: ValueEvaluation) -> list[tuple[str, str, str]]:
    """Each figure's name, value and interval, empty where none is stated."""
    return evaluation.figures(FIGURES, result.figures)


def drawn(result: ValueEvaluation, output: int, points: int) -> str:
    """What the picture shows, in words."""
    some = "" if points == result.measured else f", {points:,} of {result.measured:,} rows, evenly picked"
    return f"Given and actual values of '{readable(result.classes[output], result.classes)}'{some}. On the line: exact."


def output(found: Mapping[str, Figure]) -> dict[str, float]:
    """The figures of one output, by short names; NaN where one is not defined."""
    return {name: found[key].value if key in found else math.nan for key, name in _SHORT.items()}
