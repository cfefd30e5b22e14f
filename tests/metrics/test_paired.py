"""Tests and intervals of paired answers against SciPy, and what they promise over many data sets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test, ttest_rel

from core.errors import InputError
from core.metrics import paired
from core.metrics.paired import accuracies, holm, mcnemar, means, share_differences


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_a_binomial_test(first_only: int, second_only: int) -> None:
    count = first_only + second_only
    expected = binomtest(first_only, count).pvalue if count else 1.0
    assert mcnemar(first_only, second_only) == pytest.approx(expected)


def test_holm_is_that_of_r() -> None:
    """`p.adjust(p, "holm")`, whose NA stay and are not counted."""
    assert holm([0.01, 0.02, 0.03, 0.04]) == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm([0.9, 0.001, 0.5]) == pytest.approx([1.0, 0.003, 1.0])
    assert holm([0.04, float("nan"), 0.01]) == pytest.approx([0.04, float("nan"), 0.02], nan_ok=True)
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_keeps_the_order_and_lowers_none(p: list[float]) -> None:
    adjusted = holm(p)
    assert all(p[i] <= adjusted[i] <= 1 for i in range(len(p)))
    assert [adjusted[i] for i in np.argsort(p)] == sorted(adjusted)


def test_accuracies() -> None:
    chance = np.random.default_rng(0)
    first, second = chance.random(400) < 0.8, chance.random(400) < 0.7
    found = accuracies(first, second)
    assert (found.first, found.second) == (first.mean(), second.mean())
    assert found.p == mcnemar(int((first & ~second).sum()), int((second & ~first).sum()))
    d = first.astype(float) - second
    half = 1.96 * d.std() / 20
    assert (found.interval.low, found.interval.high) == pytest.approx((d.mean() - half, d.mean() + half), abs=0.01)
    assert accuracies(first, second) == found  # the same seed
    other = accuracies(second, first)
    assert (other.difference, other.p) == (-found.difference, found.p)
    with pytest.raises(InputError):
        accuracies(first[:0], first[:0])


def test_the_same_answers_have_no_difference() -> None:
    right = np.arange(50) % 3 > 0
    found = accuracies(right, right)
    assert (found.difference, found.interval.low, found.interval.high, found.p) == (0, 0, 0, 1)
    loss = np.random.default_rng(0).random(50)
    same = means(loss, loss)
    assert (same.difference, same.p) == (0, 1)


def test_means_are_tested_as_scipy_does() -> None:
    chance = np.random.default_rng(1)
    for shift in (0.0, 0.1, 0.25, 2.0):
        first = chance.exponential(size=80)
        second = first + chance.normal(shift, 0.6, 80)
        found = means(first, second)
        expected = permutation_test((first, second), lambda a, b: np.mean(a - b), permutation_type="samples", rng=0)
        assert found.p == pytest.approx(expected.pvalue, abs=0.03)
        assert found.difference == pytest.approx(np.mean(first - second))
        assert found.interval.low < found.difference < found.interval.high


def test_means_of_many_rows_are_tested_by_the_normal_test(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(2)
    first = chance.exponential(size=3000)
    second = first + chance.normal(0.02, 0.6, 3000)
    resampled = means(first, second)
    monkeypatch.setattr(paired, "NORMAL_ROWS", 100)
    found = means(first, second)
    assert found.p == pytest.approx(ttest_rel(first, second).pvalue, abs=1e-3)
    assert found.p == pytest.approx(resampled.p, abs=0.03)
    ends = [(f.interval.low, f.interval.high) for f in (found, resampled)]
    assert ends[0] == pytest.approx(ends[1], abs=2e-3)
    assert means(first, first).p == 1


def test_rows_without_a_value_are_left_out() -> None:
    first, second = np.array([1.0, np.nan, 3.0, 2.0]), np.array([0.5, 1.0, np.nan, 1.0])
    found = means(first, second)
    assert (found.first, found.second) == (1.5, 0.75)
    assert np.isnan(means(first[1:2], second[1:2]).p)


def test_a_true_difference_lies_in_the_intervals_of_19_data_sets_in_20() -> None:
    chance = np.random.default_rng(3)
    held, alarms = 0, 0
    for _ in range(200):
        easy = chance.random(300)
        first, second = (easy < level - chance.normal(0, 0.1, 300) for level in (0.8, 0.8))
        found = accuracies(first, second)
        held += found.interval.low <= 0 <= found.interval.high
        alarms += found.p <= 0.05
    assert held >= 180
    assert alarms <= 16  # 10 are expected at most: the exact test is careful


def test_intervals_of_shares() -> None:
    """Agresti and Min's: Wald's of the counts with half a text more in every cell."""
    low, high, score = share_differences(np.array([28, 0]), np.array([25, 0]), np.array([346, 4]))
    gained, lost, total = 28.5, 25.5, 348
    middle = (gained - lost) / total
    error = np.sqrt(gained + lost - (gained - lost) ** 2 / total) / total
    assert (low[0], high[0]) == pytest.approx((middle - 1.959964 * error, middle + 1.959964 * error))
    assert score[0] == pytest.approx(middle / error)
    assert (score[1], low[1]) == (0, -high[1])
    assert high[1] > 0.2
    assert share_differences(np.array([3]), np.array([0]), np.array([3]))[1] == [1]
