"""A predictor that states probabilities as the folder of its adapter says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.files.calibration import stated_calibration
from core.files.sureness import sureness_thresholds

if TYPE_CHECKING:
    from core.engine.predictor import Predictor


def calibrated(predictor: Predictor, folder: Path) -> Predictor:
    """The same with the calibration and the thresholds of this folder, or of none where none is in use there.

    One class a text alone has either: other answers keep their probabilities.

    Raises:
        AppError: a file there that cannot be read, or states something else.
    """
    thresholds, card = sureness_thresholds(folder), stated_calibration(folder)
    if card is None or not card.in_use or predictor.problem_type != "single_label_classification":
        return replace(predictor, thresholds=thresholds, calibration=None)
    return replace(predictor, thresholds=card.thresholds(thresholds), calibration=card.calibration)
