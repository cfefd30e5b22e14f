"""How good a classifier is, as its model card states it, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.results.stated_results import StatedResult
from core.words.numbers import percent, percentage, three_digits

NOTHING = (
    "How good it is has not been stated: its model card has no results. "
    "Evaluate measures it on labelled texts of yours."
)
_LEADING = ("accuracy", "macro_f1", "f1", "r2")
_NAMES = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "f1": "F1",
    "calibration_error": "calibration error",
    "mean_squared_error": "mean squared error",
    "mean_absolute_error": "mean absolute error",
    "r2": "R²",
}


def leading(results: Sequence[StatedResult]) -> str:
    """The one measure that stands for all, such as "accuracy 91.6 %"; empty where nothing is stated."""
    if not results:
        return ""
    return next((_measure(results[0], name) for name in _LEADING if name in results[0].measures), "")


def stated(results: Sequence[StatedResult]) -> str:
    """All measures of the first of the results, with what they were measured on and who says so."""
    if not results:
        return NOTHING
    first = results[0]
    measures = ", ".join(_measure(first, name) for name in first.measures)
    return f"{measures[:1].upper()}{measures[1:]}{_on(first)}, as its model card states."


def plain(results: Sequence[StatedResult]) -> str:
    """The accuracy as a person says it; all measures where there is none."""
    if not results or "accuracy" not in results[0].measures:
        return stated(results)
    first = results[0]
    split = f"{first.split} " if first.split else ""
    texts = f"of {first.rows:,} {split}texts" if first.rows else f"of the {split}texts"
    return f"Right on {percentage(first.measures['accuracy'])} {texts} (its model card)."


def _measure(result: StatedResult, name: str) -> str:
    value = result.measures[name]
    if name == "calibration_error":
        return f"{_NAMES[name]} {percent(value)} points"
    shown = f"{percent(value)} %" if name in ("accuracy", "macro_f1", "f1") else three_digits(value)
    return f"{_NAMES[name]} {shown}"


def _on(result: StatedResult) -> str:
    """On which texts, and when."""
    split = f"{result.split} " if result.split else ""
    texts = f" on {result.rows:,} {split}texts" if result.rows else f" on the {split}texts" if split else ""
    dataset = f" {'of' if texts else 'on'} {result.dataset}" if result.dataset else ""
    return f"{texts}{dataset}{f' ({result.date})' if result.date else ''}"
