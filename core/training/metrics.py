"""How good a classifier is, from its logits on labelled texts. numpy only."""

from __future__ import annotations

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from core.config.parts import ProblemType
from core.inference.scoring import calibration_error, macro_f1
from core.training.targets import Targets

Floats = NDArray[np.float64]
Metrics = dict[str, float]


def measure(problem: ProblemType, logits: NDArray[Any], targets: Targets) -> Metrics:
    """The metrics of `core.training.config.METRICS` for a problem: logits (N, K), targets as encoded."""
    z = np.asarray(logits, dtype=np.float64)
    match problem:
        case "single_label_classification":
            return _single(z, targets)
        case "multi_label_classification":
            return _multiple(z, targets)
        case "regression":
            return _regression(z, targets.reshape(z.shape).astype(np.float64))
        case _:
            assert_never(problem)


def softmax(logits: Floats) -> Floats:
    """(N, K) -> (N, K), rows summing to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def _single(z: Floats, targets: Targets) -> Metrics:
    p = softmax(z)
    predicted, rows = p.argmax(axis=1), np.arange(len(z))
    return {
        "accuracy": float((predicted == targets).mean()),
        "macro_f1": macro_f1(predicted, targets),
        "calibration_error": calibration_error(p.max(axis=1), predicted == targets),
        "loss": float(-np.log(np.maximum(p[rows, targets], np.finfo(float).tiny)).mean()),
    }


def _multiple(z: Floats, targets: Targets) -> Metrics:
    """Each class is a decision of its own, taken at p >= 0.5; accuracy is over whole sets of classes."""
    actual, predicted = targets > 0.5, z >= 0
    confidence = 1 / (1 + np.exp(-np.abs(z)))
    return {
        "accuracy": float((predicted == actual).all(axis=1).mean()),
        "macro_f1": macro_f1(predicted, actual),
        "calibration_error": calibration_error(confidence.ravel(), (predicted == actual).ravel()),
        "loss": float((np.logaddexp(0, z) - z * actual).mean()),
    }


def _regression(z: Floats, targets: Floats) -> Metrics:
    """`r2` is the mean over outputs of 1 - residual / total variance; an output that never varies is left out."""
    residual = z - targets
    spread = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    varies = spread > 0
    r2 = 1 - (residual**2).sum(axis=0)[varies] / spread[varies]
    mse = float((residual**2).mean())
    return {
        "mean_squared_error": mse,
        "mean_absolute_error": float(np.abs(residual).mean()),
        "r2": float(r2.mean()) if varies.any() else 0.0,
        "loss": mse,
    }
