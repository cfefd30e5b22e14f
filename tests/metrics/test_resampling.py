"""Intervals of weighted statistics: of a mean those of the mean, of everything else scipy's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from core.errors import InputError
from core.metrics import resampling
from core.metrics.intervals import bootstrap_mean
from core.metrics.probabilities import Floats
from core.metrics.resampling import bootstrap_weighted, quantile


def means(values: Floats, weights: Floats) -> Floats:
    return np.asarray((weights @ values / weights.sum(axis=1))[:, None])


def test_a_mean_has_the_interval_of_a_mean() -> None:
    values = np.random.default_rng(1).exponential(size=200)
    (ours,) = bootstrap_weighted(len(values), lambda weights: means(values, weights))
    same = bootstrap_mean(values)
    assert (ours.low, ours.high, ours.level) == pytest.approx((same.low, same.high, same.level))


def test_any_statistic_has_scipys() -> None:
    chance = np.random.default_rng(2)
    values = chance.normal(3, 1, 300)
    theirs = bootstrap((values,), lambda x, axis: np.exp(x.mean(axis)), method="percentile", rng=chance)
    (ours,) = bootstrap_weighted(len(values), lambda weights: np.exp(means(values, weights)), resamples=4000)
    ends = theirs.confidence_interval
    width = ends.high - ends.low
    assert (ours.low, ours.high) == pytest.approx((ends.low, ends.high), abs=0.1 * width)


def test_blocks_of_resamples_and_many_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many are in memory at once says nothing; of many texts fewer are drawn."""
    values, seen = np.arange(50.0), list[tuple[int, ...]]()

    def statistics(weights: Floats) -> Floats:
        seen.append(weights.shape)
        assert (weights.sum(axis=1) == 50).all()
        return means(values, weights)

    whole = bootstrap_weighted(50, statistics)
    monkeypatch.setattr(resampling, "BLOCK", 330)
    assert bootstrap_weighted(50, statistics) == whole
    assert seen[0] == (1000, 50)
    assert seen[1] == (6, 50)
    seen.clear()
    monkeypatch.setattr(resampling, "MOST_WEIGHTS", 50)
    bootstrap_weighted(50, statistics)
    assert sum(shape[0] for shape in seen) == resampling.FEWEST


@hypothesis_settings(deadline=None)
@given(st.integers(1, 50), st.integers(0, 2), st.sampled_from([0.5, 0.9, 0.95]), st.integers(0, 2**32 - 1))
def test_a_quantile_is_that_of_the_texts_written_out(count: int, digits: int, share: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    values, weights = np.round(chance.normal(size=count), digits), chance.multinomial(count, np.ones(count) / count, 3)
    theirs = [np.quantile(np.repeat(values, row), share, method="inverted_cdf") for row in weights]
    assert quantile(values, share, weights.astype(float)).tolist() == theirs


def test_what_is_not_defined_and_what_cannot_be_asked() -> None:
    (found,) = bootstrap_weighted(3, lambda weights: np.full((len(weights), 1), math.nan))
    assert math.isnan(found.low)
    with pytest.raises(InputError, match="nothing to resample"):
        bootstrap_weighted(0, lambda weights: weights)
