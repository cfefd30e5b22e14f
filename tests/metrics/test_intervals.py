"""Intervals against scipy's and their coverage of what is true; measures of a matrix against scikit-learn's of rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    precision_recall_fscore_support,
    recall_score,
)

from core.errors import InputError
from core.metrics import intervals
from core.metrics.classification import macro_f1 as macro_f1_of_rows
from core.metrics.intervals import (
    Counts,
    Interval,
    accuracy,
    balanced_accuracy,
    bootstrap_from_confusion,
    bootstrap_mean,
    macro_f1,
    precision_recall_f1,
    weighted_f1,
    wilson,
)
from core.results.dataset_evaluation import NO_CLASS

CLASSES = 5
PAIRS = st.lists(st.tuples(st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=40)


def counted(predicted: np.ndarray, actual: np.ndarray) -> Counts:
    """(K, K + 1), the last column for no verdict."""
    matrix = np.zeros((CLASSES, CLASSES + 1), dtype=np.int64)
    np.add.at(matrix, (actual, np.where(predicted == NO_CLASS, CLASSES, predicted)), 1)
    return matrix


# Wilson


@given(st.integers(1, 10**6), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_wilson_is_scipys(count: int, share: float, level: float) -> None:
    successes = round(count * share)
    theirs = binomtest(successes, count).proportion_ci(level, method="wilson")
    ours = wilson(successes, count, level)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
    assert 0 <= ours.low <= successes / count <= ours.high <= 1
    assert ours.level == level


def test_wilson_without_a_text_says_nothing() -> None:
    assert wilson(0, 0) == Interval(0.0, 1.0, 0.95)


def test_wilson_of_all_right_reaches_1_and_has_a_width() -> None:
    assert wilson(20, 20).high == 1.0
    assert wilson(20, 20).low == pytest.approx(0.8389, abs=1e-4)


@pytest.mark.parametrize(("successes", "count"), [(3, 2), (-1, 2), (0, -1)])
def test_what_is_no_share_is_refused(successes: int, count: int) -> None:
    with pytest.raises(InputError, match="is no share"):
        wilson(successes, count)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, float("nan")])
def test_what_is_no_level_is_refused(level: float) -> None:
    with pytest.raises(InputError, match="level"):
        wilson(1, 2, level)
    with pytest.raises(InputError, match="level"):
        bootstrap_from_confusion(np.eye(2, dtype=int), accuracy, level=level)
    with pytest.raises(InputError, match="level"):
        bootstrap_mean(np.ones(3), level=level)


# Statistics


@hypothesis_settings(deadline=None)
@given(PAIRS)
def test_statistics_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    predicted, actual = np.array(pairs).T
    matrix, labels = confusion_matrix(actual, predicted, labels=range(CLASSES)), range(CLASSES)
    assert accuracy(matrix) == pytest.approx(accuracy_score(actual, predicted))
    balanced = recall_score(actual, predicted, labels=np.unique(actual), average="macro", zero_division=0)
    assert balanced_accuracy(matrix) == pytest.approx(balanced), "balanced_accuracy_score, which warns of one label"
    assert macro_f1(matrix) == pytest.approx(macro_f1_of_rows(predicted, actual))
    assert weighted_f1(matrix) == pytest.approx(f1_score(actual, predicted, average="weighted", zero_division=0))
    theirs = precision_recall_fscore_support(actual, predicted, labels=labels, zero_division=0)
    for ours, their in zip(precision_recall_f1(matrix), theirs, strict=True):
        assert ours == pytest.approx(their)


@hypothesis_settings(deadline=None)
@given(st.lists(st.tuples(st.integers(NO_CLASS, CLASSES - 1), st.integers(0, CLASSES - 1)), min_size=1, max_size=40))
def test_texts_without_a_verdict_are_wrong(pairs: list[tuple[int, int]]) -> None:
    predicted, actual = np.array(pairs).T
    matrix = counted(predicted, actual)
    assert accuracy(matrix) == pytest.approx(float((predicted == actual).mean()))
    assert macro_f1(matrix) == pytest.approx(macro_f1_of_rows(predicted, actual))
    assert precision_recall_f1(matrix)[3].tolist() == np.bincount(actual, minlength=CLASSES).tolist()


@pytest.mark.parametrize("statistic", [accuracy, balanced_accuracy, macro_f1, weighted_f1])
def test_many_matrices_at_once_are_each_alone(statistic: Callable[[Counts], np.ndarray]) -> None:
    many = np.random.default_rng(0).integers(0, 4, size=(2, 7, 3, 3))
    many[0, 0] = 0
    many[1, 2, 1] = 0
    together = statistic(many)
    assert together.shape == (2, 7)
    assert together.ravel().tolist()[1:] == [float(statistic(one)) for one in many.reshape(-1, 3, 3)][1:]
    assert math.isnan(together[0, 0]), "no text, no measure"


def test_one_class() -> None:
    matrix = np.array([[3]])
    assert [float(s(matrix)) for s in (accuracy, balanced_accuracy, macro_f1, weighted_f1)] == [1, 1, 1, 1]
    assert bootstrap_from_confusion(matrix, macro_f1, resamples=10) == Interval(1.0, 1.0, 0.95)


# The bootstrap of a matrix


def test_the_bootstrap_draws_what_rows_would() -> None:
    chance = np.random.default_rng(1)
    actual = chance.integers(0, CLASSES - 1, 300)
    predicted = np.where(chance.random(300) < 0.7, actual, chance.integers(0, CLASSES - 1, 300))
    matrix = confusion_matrix(actual, predicted, labels=range(CLASSES))
    for statistic, of_rows in ((accuracy, accuracy_score), (macro_f1, lambda a, p: macro_f1_of_rows(p, a))):
        ours = bootstrap_from_confusion(matrix, statistic, resamples=4000)
        draws = chance.integers(0, 300, size=(1000, 300))
        theirs = np.quantile([of_rows(actual[rows], predicted[rows]) for rows in draws], [0.025, 0.975])
        assert (ours.low, ours.high) == pytest.approx(tuple(theirs), abs=0.012)


def test_a_resample_keeps_the_number_of_texts_and_the_empty_cells() -> None:
    matrix, seen = np.array([[5, 0, 2], [0, 0, 0], [1, 0, 9]]), []

    def keep(counts: Counts) -> np.ndarray:
        seen.append(counts)
        return accuracy(counts)

    bootstrap_from_confusion(matrix, keep, resamples=50)
    every = np.concatenate(seen)
    assert every.shape == (50, 3, 3)
    assert (every.sum(axis=(1, 2)) == 17).all()
    assert not every[:, matrix == 0].any()
    assert every.mean(axis=0) == pytest.approx(matrix, abs=2)


def test_blocks_change_memory_and_not_the_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = np.random.default_rng(2).integers(0, 9, size=(4, 4))
    whole, sizes = bootstrap_from_confusion(matrix, macro_f1, resamples=101, seed=3), []
    monkeypatch.setattr(intervals, "BLOCK", 16 * 7)

    def sized(counts: Counts) -> np.ndarray:
        sizes.append(len(counts))
        return macro_f1(counts)

    assert bootstrap_from_confusion(matrix, sized, resamples=101, seed=3) == whole
    assert sizes == [7] * 14 + [3]
    assert bootstrap_from_confusion(matrix, macro_f1, resamples=101, seed=4) != whole


def test_a_rare_class_does_not_drag_a_perfect_measure_down() -> None:
    """Of 20 classes with one text each a resample holds 13 on average: the others have no F1 to count as 0."""
    assert bootstrap_from_confusion(np.eye(20, dtype=int), macro_f1) == Interval(1.0, 1.0, 0.95)
    assert bootstrap_from_confusion(np.eye(20, dtype=int), balanced_accuracy) == Interval(1.0, 1.0, 0.95)


def test_all_wrong() -> None:
    assert bootstrap_from_confusion(np.array([[0, 3], [4, 0]]), accuracy) == Interval(0.0, 0.0, 0.95)


def test_a_million_texts_cost_what_ten_do() -> None:
    interval = bootstrap_from_confusion(np.array([[450_000, 50_000], [50_000, 450_000]]), accuracy)
    exact = wilson(900_000, 1_000_000)
    assert (interval.low, interval.high) == pytest.approx((exact.low, exact.high), abs=1e-4)


def test_an_empty_matrix_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to resample"):
        bootstrap_from_confusion(np.zeros((2, 2), dtype=int), accuracy)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    chance, truth = np.random.default_rng(5), np.array([[0.5, 0.1], [0.1, 0.3]])
    inside = 0
    for seed in range(300):
        interval = bootstrap_from_confusion(chance.multinomial(400, truth.ravel()).reshape(2, 2), macro_f1, 300, seed)
        inside += interval.low <= float(macro_f1(truth)) <= interval.high
    assert 0.90 <= inside / 300 <= 0.985


# The bootstrap of a mean


def test_the_interval_of_a_mean_is_scipys() -> None:
    values = np.random.default_rng(6).exponential(size=200)
    theirs = bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(7))
    ours = bootstrap_mean(values, resamples=4000)
    their = theirs.confidence_interval
    assert (ours.low, ours.high) == pytest.approx((their.low, their.high), abs=0.015)


def test_blocks_do_not_change_the_interval_of_a_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(8).normal(size=50)
    whole = bootstrap_mean(values, resamples=40)
    monkeypatch.setattr(intervals, "BLOCK", 300)
    assert bootstrap_mean(values, resamples=40) == whole


def test_the_normal_interval_of_many_is_that_of_resampling(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(9).exponential(size=20_000)
    resampled = bootstrap_mean(values, resamples=2000)
    monkeypatch.setattr(intervals, "RESAMPLED_ROWS", 1000)
    normal = bootstrap_mean(values)
    assert (normal.low, normal.high) == pytest.approx((resampled.low, resampled.high), abs=0.1 * values.std() / 141)


def test_means_at_their_ends() -> None:
    assert bootstrap_mean(np.array([0.25])) == Interval(0.25, 0.25, 0.95)
    assert bootstrap_mean(np.full(9, 2.0)) == Interval(2.0, 2.0, 0.95)
    with pytest.raises(InputError, match="nothing to resample"):
        bootstrap_mean(np.array([]))


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_mean_that_is_no_number_has_no_interval(broken: float) -> None:
    interval = bootstrap_mean(np.append(np.ones(500), broken))
    assert math.isnan(interval.low)
    assert math.isnan(interval.high)
