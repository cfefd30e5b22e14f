"""`sureness.json`: a closed card of thresholds."""

from __future__ import annotations

import pytest

from core.config.sureness import SurenessCard
from core.errors import ConfigError
from core.results.sureness import SurenessThresholds


def test_what_a_card_leaves_out_is_the_default() -> None:
    limits = SurenessCard.from_json('{"calibrated_on": "some texts", "bytes_per_token": 2.5}').thresholds
    assert (limits.bytes_per_token, limits.calibrated_on) == (2.5, "some texts")
    assert (limits.sure, limits.two) == (SurenessThresholds().sure, SurenessThresholds().two)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"calibrated_on": "texts", "sure": 0.95}, "two is 0.9, below sure"),
        ({"calibrated_on": "texts", "sure": 1.5}, "sure"),
        ({"calibrated_on": ""}, "calibrated_on"),
        ({"calibrated_on": "texts", "shure": 0.5}, "shure"),
    ],
)
def test_a_card_that_cannot_be_right_is_refused(fields: dict[str, object], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        SurenessCard.parse(fields)
