"""What a criterion without options would say: one number to compare epochs by."""

from __future__ import annotations

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from core.config.components import ProblemType
from core.metrics.probabilities import Floats, softmax


def mean_loss(problem: ProblemType, logits: NDArray[Any], targets: NDArray[Any]) -> float | None:
    """Mean over texts: logits (N, K), targets as `core.metrics.measures.measure` takes them. None if not finite.

    Single label: cross entropy, no probability taken smaller than float64 holds. Several: binary cross entropy,
    mean over classes too. Regression: the mean squared error.
    """
    z: Floats = np.asarray(logits, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        loss = _mean(problem, z, targets)
    return loss if np.isfinite(loss) else None


def _mean(problem: ProblemType, z: Floats, targets: NDArray[Any]) -> float:
    match problem:
        case "single_label_classification":
            p = softmax(z)[np.arange(len(z)), targets]
            return float(-np.log(np.maximum(p, np.finfo(float).tiny)).mean())
        case "multi_label_classification":
            return float((np.logaddexp(0, z) - z * (targets > 0.5)).mean())
        case "regression":
            return float(((z - targets.reshape(z.shape).astype(np.float64)) ** 2).mean())
        case _:
            assert_never(problem)
