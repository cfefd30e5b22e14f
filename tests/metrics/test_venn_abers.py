"""The steps against scikit-learn's isotonic regression, refitted for every score and both labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from core.errors import InputError
from core.metrics.venn_abers import fit_venn_abers


def refitted(scores: np.ndarray, right: np.ndarray, score: float, label: int) -> float:
    x, y = np.append(scores, score), np.append(right, label).astype(float)
    return float(IsotonicRegression().fit(x, y).predict([score])[0])


@hypothesis_settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_both_bounds_are_isotonic_fits_with_the_score_put_in(count: int, digits: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    scores = np.round(chance.random(count), digits)
    right = chance.random(count) < scores
    asked = np.concatenate([scores, chance.random(5), [-1.0, 2.0]])
    low, high = fit_venn_abers(scores, right).bounds(asked)
    for score, below, above in zip(asked, low, high, strict=True):
        assert below == pytest.approx(refitted(scores, right, score, 0), abs=1e-12)
        assert above == pytest.approx(refitted(scores, right, score, 1), abs=1e-12)


def test_the_merged_probability_lies_between_the_bounds() -> None:
    chance = np.random.default_rng(1)
    scores = chance.random(200)
    fit = fit_venn_abers(scores, chance.random(200) < scores**2)
    low, high = fit.bounds(scores)
    merged = fit.probability(scores)
    assert (low <= merged).all()
    assert (merged <= high).all()


def test_a_model_that_is_too_sure_is_brought_down_to_what_is_right() -> None:
    chance = np.random.default_rng(2)
    scores = chance.uniform(0.5, 1, 20_000)
    right = chance.random(20_000) < scores - 0.3
    merged = fit_venn_abers(scores[:10_000], right[:10_000]).probability(scores[10_000:])
    assert abs(merged - (scores[10_000:] - 0.3)).mean() < 0.02


def test_scores_that_are_no_numbers_are_left_out_and_have_no_probability() -> None:
    fit = fit_venn_abers(np.array([0.2, np.nan, 0.8]), np.array([False, True, True]))
    assert fit.scores.tolist() == [0.2, 0.8]
    assert np.isnan(fit.probability(np.array([np.nan]))).all()
    with pytest.raises(InputError, match="None of 1 rows has a score"):
        fit_venn_abers(np.array([np.nan]), np.array([True]))
