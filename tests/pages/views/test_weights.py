"""A statistic of a tensor as text: counts whole, the rest at three significant digits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from core.results import WeightStats
from pages.views.weights import statistic_text


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [("zeros", 12_345, "12,345"), ("mean", 0.123456, "0.123"), ("std", float("nan"), "none")],
)
def test_statistics_as_text(name: str, value: float, expected: str) -> None:
    assert statistic_text(cast(WeightStats, SimpleNamespace(**{name: value})), name) == expected
