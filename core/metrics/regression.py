"""Values against values."""

from __future__ import annotations

import numpy as np

from core.metrics.probabilities import Floats


def regression(values: Floats, targets: Floats) -> dict[str, float | None]:
    """Mean squared and mean absolute error over all cells, and r2: values (N, K), targets (N, K).

    An error is None where a value is a NaN or an infinity.
    """
    residual = values - targets
    return {
        "mean_squared_error": _finite(float((residual**2).mean())),
        "mean_absolute_error": _finite(float(np.abs(residual).mean())),
        "r2": r2(values, targets),
    }


def r2(values: Floats, targets: Floats) -> float | None:
    """1 - residual / total sum of squares, averaged over the outputs whose targets vary.

    A constant target has nothing to explain: its total is 0, the quotient is not defined, and the output is
    left out (scikit-learn puts 0 or 1 there). None where no output varies, or a value is not finite. Whether a
    target varies is read from its values, not from its sum of squares, which rounding keeps from 0.
    """
    varies = targets.max(axis=0) > targets.min(axis=0)
    if not varies.any():
        return None
    residual = ((values - targets) ** 2).sum(axis=0)
    total = ((targets - targets.mean(axis=0)) ** 2).sum(axis=0)
    return _finite(float((1 - residual[varies] / total[varies]).mean()))


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
