"""The measures of an evaluation by the names that people use for them."""

from __future__ import annotations

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
