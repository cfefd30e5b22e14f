"""Calibrated probabilities in use, in words: where they come from, and an answer as a set of classes."""

from __future__ import annotations

from core.results import Prediction
from core.results.calibration import Calibration
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import three_digits


def promised(share: float) -> str:
    """A promise: `95 %`."""
    return f"{100 * share:g}\u00a0%"


def in_use(calibration: Calibration) -> str:
    """What is in use now."""
    return (
        f"Calibrated probabilities are in use, for everybody who asks this model: temperature "
        f"{three_digits(calibration.temperature)}, fitted on {count(calibration.rows, 'row')} of "
        f"{calibration.calibrated_on}."
    )


def stated_by(calibration: Calibration) -> str:
    """In a line beside an answer: by what its probabilities are stated."""
    return (
        f"Probabilities are calibrated on {count(calibration.rows, 'row')} of {calibration.calibrated_on} "
        f"(temperature {three_digits(calibration.temperature)})."
    )


def prediction_set(prediction: Prediction) -> str:
    """An answer as a set of classes, in a sentence; empty where none is made."""
    held, calibration = prediction.prediction_set, prediction.calibration
    if held is None or calibration is None or prediction.untrained_head:
        return ""
    names = [readable(row.label, prediction.labels) for row in held]
    right = f"such sets hold the right class of {promised(calibration.coverage)} of texts like those it was fitted on"
    if not names:
        return f"As a set: no class is probable enough ({right})."
    if len(names) == 1:
        return f"As a set: {names[0]} alone ({right})."
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    return f"One of these {len(names)}: {shown} ({right})."
