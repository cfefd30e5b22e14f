"""Agreement of two models against scikit-learn and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy
from sklearn.metrics import cohen_kappa_score

from core.metrics.agreement import MOST_DIVERGENCE, js_rows, kappa, kl_rows, log_softmax
from core.metrics.probabilities import softmax

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.integers(2, 6), st.integers(2, 60))
def test_kappa_is_that_of_scikit_learn(seed: int, classes: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    first = chance.integers(0, classes, count)
    second = np.where(chance.random(count) < 0.6, first, chance.integers(0, classes, count))
    found = kappa(first, second, classes)
    if found is None:
        assert len({*first, *second}) == 1
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_where_it_is_not_defined() -> None:
    assert kappa(np.zeros(0, int), np.zeros(0, int), 3) is None
    assert kappa(np.ones(4, int), np.ones(4, int), 3) is None


@given(SEEDS, st.integers(2, 9), st.floats(0.1, 30))
def test_divergences_are_those_of_scipy(seed: int, classes: int, scale: float) -> None:
    z = np.random.default_rng(seed).normal(size=(2, 5, classes)) * scale
    (p, q), (log_p, log_q) = (softmax(x) for x in z), (log_softmax(x) for x in z)
    np.testing.assert_allclose(np.exp(log_p), p)
    np.testing.assert_allclose(kl_rows(log_p, log_q), entropy(p, q, axis=1), atol=1e-12)
    with np.errstate(invalid="ignore"):  # SciPy's sum of equal rows may fall below 0 by rounding, and has no root then
        distance = np.nan_to_num(jensenshannon(p, q, axis=1))
    np.testing.assert_allclose(js_rows(log_p, log_q), distance**2, atol=1e-12)


def test_the_ends() -> None:
    z = np.array([[9e4, 0.0], [0.0, 9e4]])
    log_p, log_q = log_softmax(z), log_softmax(z[::-1])
    assert kl_rows(log_p, log_p).tolist() == js_rows(log_p, log_p).tolist() == [0, 0]
    assert kl_rows(log_p, log_q) == pytest.approx([9e4, 9e4])
    assert js_rows(log_p, log_q) == pytest.approx([MOST_DIVERGENCE] * 2)
