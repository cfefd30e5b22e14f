"""The exponent against the powerlaw package, the distance against scipy's, and refusals."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, pareto

from core.checkpoints.spectra.power_law import FEWEST, fit_power_law


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), count=st.integers(FEWEST, 200), shape=st.floats(0.5, 6))
def test_the_best_tail_of_all_by_scipys_distance(seed: int, count: int, shape: float) -> None:
    values = np.sort(np.random.default_rng(seed).pareto(shape, count) + 1)
    found = fit_power_law(np.sqrt(values))
    distances = []
    for start in range(count - 1):
        tail = values[start:]
        slope = len(tail) / np.log(tail / tail[0]).sum()
        distances.append((kstest(tail, pareto(slope, scale=tail[0]).cdf).statistic, start, 1 + slope))
    distance, start, alpha = min(distances)
    if found.refusal:
        assert count - start < 10
        return
    assert found.distance == pytest.approx(distance, rel=1e-9)
    assert found.alpha == pytest.approx(alpha, rel=1e-9)
    assert found.lowest == pytest.approx(math.sqrt(values[start]))
    assert (found.tail, found.values) == (count - start, count)
    assert found.error == pytest.approx((alpha - 1) / math.sqrt(count - start))


def test_the_exponent_of_the_powerlaw_package() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import powerlaw

        values = np.random.default_rng(0).pareto(1.7, 2000) + 1
        found = fit_power_law(np.sqrt(values))
        theirs = powerlaw.Fit(values, xmin=found.lowest**2, verbose=False)
        assert found.alpha == pytest.approx(theirs.power_law.alpha, rel=1e-6)
        assert found.error == pytest.approx(theirs.power_law.sigma, rel=1e-3)
    assert abs(found.alpha - 2.7) < 3 * found.error


def test_refusals() -> None:
    assert fit_power_law(np.arange(1.0, 50)).refusal == "49 values; a power law needs 50 at least"
    assert fit_power_law(np.zeros(100)).refusal == "0 values; a power law needs 50 at least"
    assert fit_power_law(np.ones(100)).refusal == "all values are equal"
    assert fit_power_law(np.arange(1.0, 101), floor=60).refusal == "40 values; a power law needs 50 at least"
    few = np.concatenate([np.ones(100), 2.0 ** np.arange(5)])
    assert "the best tail has 4 values" in fit_power_law(few).refusal
    assert math.isnan(fit_power_law(few).alpha)
