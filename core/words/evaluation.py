"""The measures of an evaluation by the names that people use for them, and what they count."""

from __future__ import annotations

from core.results import Evaluation

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


def without_verdict(result: Evaluation) -> str:
    """A sentence on the texts that have no verdict, and how they are counted; empty where every text has one."""
    if not result.not_finite:
        return ""
    counted = "no error is stated" if result.problem_type == "regression" else "they count as wrong"
    return (
        f"{result.not_finite:,} of {result.count:,} texts have logits that are not finite (NaN or infinite), "
        f"so no verdict: {counted}."
    )
