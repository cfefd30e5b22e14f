"""`calibration.json`: what it takes and what it gives."""

from __future__ import annotations

import pytest

from core.config.calibration import CalibrationCard
from core.errors import ConfigError
from core.results.sureness import SurenessThresholds

FIELDS = {"temperature": 1.3, "sure": 0.7, "two": 0.8, "coverage": 0.95, "calibrated_on": "mine.csv", "rows": 1200}


def test_thresholds_of_probability_are_replaced_and_those_of_bytes_stay() -> None:
    others = SurenessThresholds(bytes_per_token=2.5, calibrated_on="texts")
    limits = CalibrationCard.parse(FIELDS).thresholds(others)
    assert (limits.sure, limits.two, limits.bytes_per_token, limits.calibrated_on) == (0.7, 0.8, 2.5, "texts")
    assert limits.probabilities_on == "1,200 rows of mine.csv"


def test_a_card_comes_back_as_it_was_written() -> None:
    card = CalibrationCard.parse({**FIELDS, "set_threshold": 0.9, "in_use": False})
    assert CalibrationCard.from_json(card.to_json()) == card
    assert (card.calibration.temperature, card.calibration.set_threshold) == (1.3, 0.9)


@pytest.mark.parametrize(
    ("field", "value"), [("temperature", 0), ("coverage", 1), ("rows", 0), ("calibrated_on", ""), ("set_threshold", 2)]
)
def test_a_card_that_cannot_be_right_is_refused(field: str, value: object) -> None:
    with pytest.raises(ConfigError, match=field):
        CalibrationCard.parse({**FIELDS, field: value})
