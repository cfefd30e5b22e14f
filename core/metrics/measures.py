"""The measures that fit a problem: the one suite of training and evaluation."""

from __future__ import annotations

from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from core.config.components import ProblemType
from core.metrics.classification import multi_label, single_label
from core.metrics.probabilities import Floats, sigmoid, softmax
from core.metrics.regression import regression

#: By name; None where a measure is not defined.
Measures = dict[str, float | None]


def measure(
    problem: ProblemType, logits: NDArray[Any], targets: NDArray[Any], probabilities: NDArray[Any] | None = None
) -> Measures:
    """How well N texts were answered.

    Args:
        problem: which measures.
        logits: (N, K), N >= 1; of a regression the values themselves.
        targets: class numbers (N,), 0/1 indicators (N, K), or values (N, K) of a regression ((N,) where K = 1).
        probabilities: (N, K) as a person was shown them, in whatever precision; None: from the logits, in float64.

    Returns:
        accuracy, macro_f1 and calibration_error, or mean_squared_error, mean_absolute_error and r2.
    """
    z: Floats = np.asarray(logits, dtype=np.float64)
    p: Floats | None = None if probabilities is None else np.asarray(probabilities, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # each measure says what it makes of NaN and infinity
        match problem:
            case "single_label_classification":
                return single_label(z, softmax(z) if p is None else p, targets)
            case "multi_label_classification":
                return multi_label(sigmoid(z) if p is None else p, targets)
            case "regression":
                return regression(z, targets.reshape(z.shape).astype(np.float64))
            case _:
                assert_never(problem)
