"""The measures of an evaluation by the names that people use for them, and what they count."""

from __future__ import annotations

from core.results import Evaluation
from core.words.numbers import percentage, three_digits

#: By the field of the result.
MEASURES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "calibration_error": "Expected calibration error (15 bins)",
    "loss": "Loss",
    "mean_squared_error": "Mean squared error",
    "mean_absolute_error": "Mean absolute error",
    "r2": "R²",
}
#: With several labels a text counts as right only with all of them.
SUBSET = "Subset accuracy (every label of a text right)"


def measure_name(field: str, problem_type: str) -> str:
    """What a measure is called for this kind of answers."""
    return SUBSET if (field, problem_type) == ("accuracy", "multi_label_classification") else MEASURES[field]


def measured(field: str, value: float | None) -> str:
    """A measure with its unit: a share in percent, an error of probabilities in points; a dash where it is none."""
    if value is None or value != value:
        return "–"
    match field:
        case "accuracy":
            return percentage(value)
        case "calibration_error":
            return f"{three_digits(100 * value)} points"
        case _:
            return three_digits(value)


def without_verdict(result: Evaluation) -> str:
    """A sentence on the texts that have no verdict, and how they are counted; empty where every text has one."""
    if not result.not_finite:
        return ""
    counted = "no error is stated" if result.problem_type == "regression" else "they count as wrong"
    return (
        f"{result.not_finite:,} of {result.count:,} texts have logits that are not finite (NaN or infinite), "
        f"so no verdict: {counted}."
    )
