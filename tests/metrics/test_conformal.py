"""Thresholds against the sorted scores, and the guarantee itself: the share of sets that hold the right class."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mapie.classification import SplitConformalClassifier  # type: ignore[import-untyped]
from sklearn.base import BaseEstimator, ClassifierMixin

from core.errors import InputError
from core.metrics.conformal import (
    class_conditional_thresholds,
    coverage,
    lac_threshold,
    mean_set_size,
    prediction_sets,
    rank_calibrated_thresholds,
)
from core.metrics.probabilities import Floats, softmax

PERCENT = st.integers(1, 99)


def drawn(chance: np.random.Generator, count: int, classes: int = 4) -> tuple[Floats, np.ndarray]:
    """Probabilities of a model that is too sure, and targets."""
    logits = chance.normal(size=(count, classes)) + np.arange(classes) * 0.4
    targets = (logits + chance.gumbel(size=logits.shape)).argmax(axis=1)
    return softmax(logits * 3), targets


def naive_quantile(scores: list[float], percent: int) -> float:
    """In exact numbers: the ceil((n + 1) (1 - alpha))-th smallest, infinity beyond the last."""
    rank = ceil((len(scores) + 1) * Fraction(100 - percent, 100))
    return sorted(scores)[rank - 1] if rank <= len(scores) else float("inf")


@hypothesis_settings(deadline=None)
@given(st.integers(0, 120), PERCENT, st.integers(0, 2**32 - 1))
def test_the_threshold_is_the_finite_sample_quantile(count: int, percent: int, seed: int) -> None:
    p, targets = drawn(np.random.default_rng(seed), count)
    scores = (1 - p[np.arange(count), targets]).tolist()
    assert lac_threshold(p, targets, percent / 100) == naive_quantile(scores, percent)


@hypothesis_settings(deadline=None)
@given(st.integers(0, 120), PERCENT, st.integers(0, 2**32 - 1))
def test_thresholds_of_classes_are_those_of_their_rows(count: int, percent: int, seed: int) -> None:
    p, targets = drawn(np.random.default_rng(seed), count)
    alone = [lac_threshold(p[targets == k], targets[targets == k], percent / 100) for k in range(4)]
    assert class_conditional_thresholds(p, targets, percent / 100).tolist() == alone


def test_a_quantile_that_is_whole_but_for_rounding() -> None:
    """10 * (1 - 0.7) is more than 3 in float64."""
    p = np.linspace(0.9, 0.1, 9)[:, None]
    assert lac_threshold(p, np.zeros(9, dtype=int), 0.7) == pytest.approx(1 - 0.7)


# The guarantee


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3])
def test_the_right_class_is_missed_as_seldom_as_promised(alpha: float) -> None:
    chance, n, repeats = np.random.default_rng(0), 60, 400
    shares = []
    for _ in range(repeats):
        p, targets = drawn(chance, n + 200)
        sets = prediction_sets(p[n:], lac_threshold(p[:n], targets[:n], alpha))
        shares.append(coverage(sets, targets[n:]))
    error = 3 * float(np.std(shares)) / repeats**0.5
    assert 1 - alpha - error <= np.mean(shares) <= 1 - alpha + 1 / (n + 1) + error


def test_each_class_is_missed_as_seldom_as_promised() -> None:
    chance, n, alpha = np.random.default_rng(1), 150, 0.2
    shares = []
    for _ in range(300):
        p, targets = drawn(chance, n + 300)
        sets = prediction_sets(p[n:], class_conditional_thresholds(p[:n], targets[:n], alpha))
        shares.append([coverage(sets[targets[n:] == k], targets[n:][targets[n:] == k]) for k in range(4)])
    error = 3 * np.nanstd(shares, axis=0) / 300**0.5
    assert (np.nanmean(shares, axis=0) >= 1 - alpha - error).all()


@hypothesis_settings(deadline=None)
@given(st.integers(1, 80), PERCENT, st.integers(0, 2**32 - 1))
def test_calibration_rows_themselves_are_covered(count: int, percent: int, seed: int) -> None:
    p, targets = drawn(np.random.default_rng(seed), count)
    alpha = percent / 100
    assert coverage(prediction_sets(p, lac_threshold(p, targets, alpha)), targets) >= 1 - alpha - 1e-12
    assert coverage(prediction_sets(p, class_conditional_thresholds(p, targets, alpha)), targets) >= 1 - alpha - 1e-12


@hypothesis_settings(deadline=None)
@given(st.integers(1, 60), PERCENT, PERCENT, st.integers(0, 2**32 - 1))
def test_a_smaller_alpha_has_larger_sets(count: int, one: int, other: int, seed: int) -> None:
    p, targets = drawn(np.random.default_rng(seed), count)
    small, large = (prediction_sets(p, lac_threshold(p, targets, a / 100)) for a in sorted((one, other)))
    assert (small >= large).all()
    assert mean_set_size(small) >= mean_set_size(large)


def test_each_class_is_missed_as_seldom_as_promised_also_by_rank() -> None:
    chance, n, alpha = np.random.default_rng(3), 150, 0.2
    shares, sizes = [], []
    for _ in range(300):
        p, targets = drawn(chance, n + 300)
        single = prediction_sets(p[n:], class_conditional_thresholds(p[:n], targets[:n], alpha))
        ranked = prediction_sets(p[n:], *rank_calibrated_thresholds(p[:n], targets[:n], alpha))
        shares.append([coverage(ranked[targets[n:] == k], targets[n:][targets[n:] == k]) for k in range(4)])
        sizes.append((mean_set_size(single), mean_set_size(ranked)))
    error = 3 * np.nanstd(shares, axis=0) / 300**0.5
    assert (np.nanmean(shares, axis=0) >= 1 - alpha - error).all()
    assert np.mean(sizes, axis=0)[1] > 1


@hypothesis_settings(deadline=None)
@given(st.integers(0, 60), PERCENT, st.integers(0, 2**32 - 1))
def test_the_last_rank_is_the_first_that_few_rows_are_beyond(count: int, percent: int, seed: int) -> None:
    p, targets = drawn(np.random.default_rng(seed), count)
    alpha = percent / 100
    thresholds, last = rank_calibrated_thresholds(p, targets, alpha)
    for k in range(4):
        mine = p[targets == k]
        places = [1 + sum(row[j] > row[k] or (row[j] == row[k] and j < k) for j in range(4)) for row in mine]
        beyond = [(sum(place > r for place in places) + 1) / (len(mine) + 1) if r < 4 else 0.0 for r in range(1, 5)]
        want = next(r for r in range(1, 5) if beyond[r - 1] < alpha) if len(mine) else 4
        assert last[k] == want
        left = alpha - beyond[want - 1] if len(mine) else alpha
        rank = ceil((len(mine) + 1) * (1 - left) - 1e-9)
        scores = sorted(1 - mine[:, k])
        assert thresholds[k] == (scores[rank - 1] if rank <= len(mine) else np.inf)


def test_a_class_far_behind_is_in_no_set_whatever_its_probability() -> None:
    p = np.array([[0.5, 0.3, 0.2]])
    sets = prediction_sets(p, np.full(3, np.inf), np.array([1, 1, 3]))
    assert sets.tolist() == [[True, False, True]]


# Edges


def test_too_few_rows_hold_every_class() -> None:
    p, targets = drawn(np.random.default_rng(2), 8)
    assert lac_threshold(p, targets, 0.1) == np.inf
    assert lac_threshold(p, targets, 1 / 9) < np.inf
    assert lac_threshold(p[:1], targets[:1], 0.5) == 1 - p[0, targets[0]]
    assert prediction_sets(p, lac_threshold(p, targets, 0.1)).all()


def test_a_class_that_never_occurs_is_in_every_set() -> None:
    p, targets = np.tile([0.9, 0.1, 0.0], (30, 1)), np.zeros(30, dtype=int)
    thresholds = class_conditional_thresholds(p, targets, 0.1)
    assert thresholds.tolist() == [pytest.approx(0.1), np.inf, np.inf]
    assert prediction_sets(p, thresholds)[0].tolist() == [True, True, True]
    assert prediction_sets(p, lac_threshold(p, targets, 0.1))[0].tolist() == [True, False, False]


def test_all_wrong_and_one_class() -> None:
    p, targets = np.tile([1.0, 0.0], (30, 1)), np.ones(30, dtype=int)
    assert mean_set_size(prediction_sets(p, lac_threshold(p, targets, 0.1))) == 2, "a useless model says everything"
    assert prediction_sets(np.ones((3, 1)), lac_threshold(np.ones((30, 1)), np.zeros(30, dtype=int), 0.1)).all()


def test_a_set_may_be_empty() -> None:
    sets = prediction_sets(np.array([[0.5, 0.5], [0.9, 0.1]]), 0.2)
    assert sets.tolist() == [[False, False], [True, False]]
    assert coverage(sets, np.array([0, 0])) == 0.5
    assert mean_set_size(sets) == 0.5


def test_a_row_without_a_probability_has_the_largest_score() -> None:
    p = np.array([[0.9, 0.1]] * 9 + [[np.nan, np.nan]])
    targets = np.zeros(10, dtype=int)
    assert lac_threshold(p, targets, 0.2) == pytest.approx(0.1)
    assert lac_threshold(p, targets, 0.1) == np.inf, "the tenth of ten"
    assert prediction_sets(p, 0.2)[-1].tolist() == [False, False]
    assert prediction_sets(p, np.inf)[-1].tolist() == [True, True]


def test_without_a_text_there_is_no_share() -> None:
    none = np.empty((0, 3), dtype=bool)
    assert np.isnan(coverage(none, np.array([], dtype=int)))
    assert np.isnan(mean_set_size(none))


@pytest.mark.parametrize("alpha", [0.0, 1.0, 10.0, float("nan")])
def test_what_is_no_share_is_refused(alpha: float) -> None:
    p, targets = drawn(np.random.default_rng(3), 10)
    with pytest.raises(InputError, match="alpha"):
        lac_threshold(p, targets, alpha)
    with pytest.raises(InputError, match="alpha"):
        class_conditional_thresholds(p, targets, alpha)


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_sets_are_those_of_mapie(level: float) -> None:
    """The least ambiguous classifier on the same probabilities; mapie fits on n rows and tells others."""
    p, targets = drawn(np.random.default_rng(5), 700)
    model = Stated(p)
    made = SplitConformalClassifier(model, confidence_level=level, conformity_score="lac", prefit=True)
    made.conformalize(np.arange(300)[:, None], targets[:300])
    _, expected = made.predict_set(np.arange(300, 700)[:, None])
    ours = prediction_sets(p[300:], lac_threshold(p[:300], targets[:300], 1 - level))
    assert (ours == expected[:, :, 0]).all()


class Stated(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A fitted classifier that states these probabilities for the row of each number."""

    def __init__(self, p: Floats) -> None:
        self.p = p
        self.classes_ = np.arange(p.shape[1])
        self.n_features_in_ = 1

    def predict_proba(self, rows: np.ndarray) -> Floats:
        stated: Floats = self.p[np.asarray(rows).ravel().astype(int)]
        return stated

    def predict(self, rows: np.ndarray) -> np.ndarray:
        answers: np.ndarray = self.predict_proba(rows).argmax(axis=1)
        return answers

    def fit(self, rows: np.ndarray, targets: np.ndarray) -> Stated:
        return self
