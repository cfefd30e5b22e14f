"""Only what has a verdict can be explained."""

from __future__ import annotations

from core.errors import CheckpointError
from core.results import Prediction
from core.words.verdict import NOT_FINITE_FIX, not_finite


def require_finite(prediction: Prediction) -> Prediction:
    """The same prediction.

    Raises:
        CheckpointError: its logits are NaN or infinite, so that there is nothing to explain.
    """
    if not prediction.finite:
        raise CheckpointError(not_finite([prediction]), fix=NOT_FINITE_FIX)
    return prediction
