"""Correlations and R squared of weighted texts against scipy and scikit-learn, of texts that are written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import r2_score

from core.metrics.correlation import explained, pearson, ranks, spearman
from core.metrics.probabilities import Floats


def example(count: int, digits: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Values with ties, targets like them, and how often each counts in three resamples."""
    chance = np.random.default_rng(seed)
    targets = np.round(chance.normal(size=count), digits)
    values = np.round(targets + chance.normal(size=count), digits)
    return values, targets, chance.multinomial(count, np.full(count, 1 / count), size=3).astype(float)


@hypothesis_settings(deadline=None)
@given(st.integers(2, 40), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_they_are_those_of_the_texts_written_out(count: int, digits: int, seed: int) -> None:
    values, targets, weights = example(count, digits, seed)
    for row, times in enumerate(weights.astype(int)):
        x, y = np.repeat(values, times), np.repeat(targets, times)
        theirs = np.repeat(ranks(values, weights)[row], times)
        assert theirs == pytest.approx(stats.rankdata(x))
        if len(set(y)) > 1:
            assert explained(values, targets, weights)[row] == pytest.approx(r2_score(y, x))
        if len(set(x)) > 1 and len(set(y)) > 1:
            assert pearson(values, targets, weights)[row] == pytest.approx(stats.pearsonr(x, y)[0], abs=1e-9)
            assert spearman(values, targets, weights)[row] == pytest.approx(stats.spearmanr(x, y)[0], abs=1e-9)


@pytest.mark.parametrize("level", [0.1, 1e9])
def test_of_constants_there_is_none(level: float) -> None:
    constant, varying, weights = np.full(7, level), np.arange(7.0), np.ones((1, 7))
    assert np.isnan(pearson(varying, constant, weights)).all()
    assert np.isnan(spearman(constant, varying, weights)).all()
    assert np.isnan(explained(varying, constant, weights)).all()
    assert pearson(varying, 3 * varying - 1, weights) == pytest.approx([1.0])
