"""Ticks: whole powers of ten where an axis is logarithmic, a sign before every change but 0."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.figures.ticks import MOST, power_of_ten, powers_of_ten, signed_ticks

POSITIVE = st.floats(min_value=1e-12, max_value=1e12)


@given(st.lists(POSITIVE, min_size=1, max_size=20))
def test_every_value_lies_between_powers_of_ten_that_are_ticks(values: list[float]) -> None:
    axis = powers_of_ten(values)
    low, high = axis["range"]
    assert all(10.0**low <= value * (1 + 1e-9) and value <= 10.0**high * (1 + 1e-9) for value in values)
    assert axis["tickvals"][0] == 10.0**low
    assert len(axis["tickvals"]) <= MOST + 1


def test_powers_are_written_as_people_write_them() -> None:
    assert [power_of_ten(power) for power in (-4, -2, 0, 3, 5)] == [
        "10<sup>-4</sup>",
        "0.01",
        "1",
        "1,000",
        "10<sup>5</sup>",
    ]
    assert powers_of_ten([0.3, 1.5])["ticktext"] == ["0.1", "1", "10"]
    assert powers_of_ten([0.0])["ticktext"] == ["1", "10"], "nothing above 0"


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([-80.0, 40.0], ["-80", "-60", "-40", "-20", "0", "+20", "+40"]),
        ([0.0], ["0"]),
        ([3.0], ["0", "+1", "+2", "+3"]),
    ],
)
def test_a_change_has_a_sign_and_none_has_not(values: list[float], ticks: list[str]) -> None:
    assert signed_ticks(values)["ticktext"] == ticks
