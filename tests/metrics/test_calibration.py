"""The calibration error against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.calibration import calibration_error
from tests.metrics.definitions import naive_calibration_error


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_calibration_error_is_its_definition(pairs: list[tuple[float, bool]]) -> None:
    confidence, correct = [c for c, _ in pairs], [k for _, k in pairs]
    # An edge such as 7/15 is not a binary number: keep away from edges by more than rounding.
    confidence = [c if abs(c * 15 - round(c * 15)) > 1e-9 else min(c + 1e-6, 1.0) if c < 1 else 1.0 for c in confidence]
    ours = calibration_error(np.array(confidence), np.array(correct))
    assert ours == pytest.approx(naive_calibration_error(confidence, correct), abs=1e-12)


def test_calibration_error_at_its_ends() -> None:
    assert calibration_error(np.ones(4), np.ones(4, dtype=bool)) == 0
    assert calibration_error(np.ones(4), np.zeros(4, dtype=bool)) == 1
    assert calibration_error(np.full(4, 0.75), np.array([True, True, True, False])) == 0


def test_without_a_probability_there_is_no_calibration() -> None:
    assert calibration_error(np.array([0.5, np.nan]), np.array([True, False])) is None
    assert calibration_error(np.array([]), np.array([], dtype=bool)) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50), st.integers(1, 20))
def test_it_lies_between_0_and_1(pairs: list[tuple[float, bool]], bins: int) -> None:
    error = calibration_error(np.array([c for c, _ in pairs]), np.array([k for _, k in pairs]), bins)
    assert error is not None
    assert 0 <= error <= 1
