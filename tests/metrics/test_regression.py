"""Errors and r2 against scikit-learn, and where r2 is not defined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

from core.metrics.regression import r2, regression


@hypothesis_settings(deadline=None)
@given(st.integers(2, 30), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_against_scikit_learn(count: int, outputs: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    values, targets = chance.normal(size=(2, count, outputs))
    measures = regression(values, targets)
    assert measures["mean_squared_error"] == pytest.approx(mean_squared_error(targets, values))
    assert measures["mean_absolute_error"] == pytest.approx(mean_absolute_error(targets, values))
    assert measures["r2"] == pytest.approx(r2_score(targets, values))


@pytest.mark.parametrize("target", [0.0, 0.1, 1 / 3, -1e300])
@pytest.mark.parametrize("count", [1, 3, 7])
def test_a_constant_target_has_no_r2(target: float, count: int) -> None:
    """0.1 three times is not its own mean in float64: their squares sum to 5.8e-34."""
    targets = np.full((count, 1), target)
    assert r2(targets + 0.5, targets) is None


def test_an_output_that_does_not_vary_is_left_out() -> None:
    chance = np.random.default_rng(0)
    values, targets = chance.normal(size=(2, 9, 2))
    targets[:, 1] = 0.1
    assert r2(values, targets) == pytest.approx(r2_score(targets[:, 0], values[:, 0]))


def test_values_that_are_not_finite_have_no_error() -> None:
    with np.errstate(invalid="ignore"):
        measures = regression(np.array([[np.inf], [-np.inf]]), np.array([[0.0], [1.0]]))
    assert set(measures.values()) == {None}
