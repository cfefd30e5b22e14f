"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words import numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.9338, "0.934"),
        (0.04096, "0.0410"),
        (0.000812, "0.000812"),
        (1.23456e-7, "1.23e-07"),
        (7.2, "7.20"),
        (-12.345, "-12.3"),
        (123.4, "123"),
        (1234.5, "1,230"),
        (9.996, "10.0"),
        (0.9996, "1.00"),
        (0.0, "0"),
        (1e9, "1.00e+09"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (0.99949, "0.999"),
    ],
)
def test_three_digits(value: float, shown: str) -> None:
    assert numbers.three_digits(value) == shown


@given(st.floats(min_value=-1e12, max_value=1e12, allow_subnormal=False))
def test_three_digits_are_near(value: float) -> None:
    assert float(numbers.three_digits(value).replace(",", "")) == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.934, "93.4"), (0.0651, "6.5"), (0.0004, "< 0.1"), (0.0, "0.0"), (0.99951, "> 99.9"), (1.0, "100.0")],
)
def test_percent(probability: float, shown: str) -> None:
    assert numbers.percent(probability) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(812, "812"), (12_345, "12,345"), (1_130_000, "1.13 million"), (9_241_705_984, "9.24 billion")],
)
def test_count(number: int, shown: str) -> None:
    assert numbers.count(number) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0 %"),
        (0.041, "4.1 %"),
        (1.404, "140 %"),
        (1e-5, "0.0010 %"),
        (1e-12, "1.0e-10 %"),
        (0.5, "50 %"),
        (float("inf"), "inf %"),
        (123.4, "12,340 %"),
    ],
)
def test_change(share: float, shown: str) -> None:
    assert numbers.change(share) == shown


def test_percentage() -> None:
    assert numbers.percentage(0.934) == "93.4\u00a0%"
    assert numbers.percentage(math.nan) == "none"
    assert numbers.percentage(math.nan, absent="no probability") == "no probability"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456, "0.123"),
        (12345.0, "12,300"),
        (None, "–"),
        (math.nan, "–"),
        (0.0, "0"),
        (4096, "4,096"),
        (0.9, "0.900"),
    ],
)
def test_cells(value: float | None, shown: str) -> None:
    assert numbers.significant(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (2.345e-7, "2.3e-07"), (-0.5, "0.50"), (0.0999, "0.10"), (12.3, "12"), (0.00123, "0.0012")],
)
def test_small_differences(value: float, shown: str) -> None:
    assert numbers.two_digits(value) == shown


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (0.621, "+62.1"),
        (-0.034, "-3.4"),
        (0.0, "0"),
        (2e-6, "< +0.1"),
        (-2e-6, "> -0.1"),
        (math.nan, "–"),
        (1.0, "+100.0"),
    ],
)
def test_changes_of_a_probability_are_points_with_a_sign(change: float, shown: str) -> None:
    assert numbers.points(change) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.5834, "+0.583"), (-12.34, "-12.3"), (0.0, "0"), (math.nan, "nan")])
def test_a_change_has_its_sign_and_three_digits(value: float, shown: str) -> None:
    assert numbers.signed(value) == shown
