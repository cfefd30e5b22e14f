"""`calibration.json` beside an adapter's weights (or a base's, for its own head): how its probabilities are stated."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from core.config.strict_model import ClosedModel
from core.config.sureness import Probability
from core.results.calibration import Calibration
from core.results.sureness import SurenessThresholds

CALIBRATION_FILE = "calibration.json"


class CalibrationCard(ClosedModel):
    """What was fitted to labelled texts, and whether it is in use.

    Attributes:
        in_use: one that is not is kept, and changes nothing.
        temperature: logits are divided by it before they become probabilities.
        sure, two: thresholds of those probabilities, see `SurenessThresholds`.
        set_threshold, coverage: of sets of classes, see `core.results.calibration.Calibration`.
        calibrated_on: on which texts, in words; `rows`: how many.
    """

    in_use: bool = True
    temperature: Annotated[float, Field(gt=0)]
    sure: Probability
    two: Probability
    set_threshold: Probability | None = None
    coverage: Annotated[float, Field(gt=0, lt=1)]
    calibrated_on: Annotated[str, Field(min_length=1)]
    rows: Annotated[int, Field(ge=1)]

    @property
    def calibration(self) -> Calibration:
        """As a prediction carries it."""
        return Calibration(self.temperature, self.set_threshold, self.coverage, self.calibrated_on, self.rows)

    def thresholds(self, others: SurenessThresholds) -> SurenessThresholds:
        """The thresholds of sureness with those of these probabilities in the place of theirs."""
        words = f"{self.rows:,} rows of {self.calibrated_on}"
        return replace(others, sure=self.sure, two=self.two, probabilities_on=words)
