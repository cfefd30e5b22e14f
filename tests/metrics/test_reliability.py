"""Bins against scikit-learn's calibration curve, errors against `calibration_error` and the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from core.metrics.calibration import calibration_error
from core.metrics.probabilities import Floats, Indicators, softmax
from core.metrics.reliability import (
    classwise_calibration_error,
    equal_mass_bins,
    equal_width_bins,
    expected_calibration_error,
)
from core.results.calibration_report import ReliabilityBins
from tests.metrics.definitions import naive_calibration_error

ROWS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=100)
#: Confidences of which many are equal.
TIED = st.lists(st.tuples(st.sampled_from([0.1, 0.55, 0.9, 1.0]), st.booleans()), min_size=1, max_size=60)


def columns(rows: list[tuple[float, bool]]) -> tuple[Floats, Indicators]:
    return np.array([c for c, _ in rows]), np.array([k for _, k in rows], dtype=bool)


def made(bins: ReliabilityBins | None) -> ReliabilityBins:
    assert bins is not None
    return bins


@given(ROWS, st.integers(1, 20))
def test_equal_width_has_the_calibration_error(rows: list[tuple[float, bool]], bins: int) -> None:
    confidence, correct = columns(rows)
    ours = expected_calibration_error(made(equal_width_bins(confidence, correct, bins)))
    assert ours == pytest.approx(calibration_error(confidence, correct, bins), abs=1e-12)


@pytest.mark.parametrize("strategy", ["uniform", "quantile"])
@pytest.mark.parametrize("seed", range(5))
def test_bins_are_scikit_learns(strategy: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    confidence = chance.beta(5, 1, 300)
    correct = chance.random(300) < confidence
    share, mean = calibration_curve(correct, confidence, n_bins=12, strategy=strategy)
    made_bins = equal_width_bins if strategy == "uniform" else equal_mass_bins
    bins = made(made_bins(confidence, correct, 12))
    filled = bins.count > 0
    assert bins.mean_confidence[filled] == pytest.approx(mean)
    assert bins.share_correct[filled] == pytest.approx(share)
    assert bins.count.sum() == 300


@given(ROWS | TIED, st.integers(1, 20))
def test_bins_hold_every_text_between_their_edges(rows: list[tuple[float, bool]], count: int) -> None:
    confidence, correct = columns(rows)
    for bins in (made(equal_width_bins(confidence, correct, count)), made(equal_mass_bins(confidence, correct, count))):
        assert len(bins.edges) == count + 1
        assert len(bins.count) == len(bins.mean_confidence) == len(bins.share_correct) == count
        assert bins.count.sum() == len(rows)
        filled = bins.count > 0
        assert np.isnan(bins.mean_confidence).tolist() == np.isnan(bins.share_correct).tolist() == (~filled).tolist()
        assert (bins.mean_confidence[filled] >= bins.edges[:-1][filled] - 1e-9).all()
        assert (bins.mean_confidence[filled] <= bins.edges[1:][filled] + 1e-9).all()
        assert (bins.share_correct * bins.count)[filled].sum() == pytest.approx(correct.sum())
        assert 0 <= expected_calibration_error(bins) <= 1


def test_equal_mass_is_equal_where_nothing_ties() -> None:
    confidence = np.random.default_rng(0).permutation(np.linspace(0.3, 1, 1000))
    bins = made(equal_mass_bins(confidence, confidence > 0.5, 10))
    assert bins.count.tolist() == [100] * 10
    assert (bins.edges[0], bins.edges[-1]) == (0.3, 1.0)


@given(TIED, st.integers(1, 20))
def test_equal_confidences_share_a_bin(rows: list[tuple[float, bool]], count: int) -> None:
    confidence, correct = columns(rows)
    bins = made(equal_mass_bins(confidence, correct, count))
    levels, sizes = np.unique(confidence, return_counts=True)
    ends = np.cumsum(bins.count)
    assert set(ends.tolist()) <= {0, *np.cumsum(sizes).tolist()}, f"a level of {levels} is cut"


def test_one_text_and_one_level() -> None:
    bins = made(equal_mass_bins(np.array([0.8]), np.array([True]), 4))
    assert bins.count.sum() == 1
    assert expected_calibration_error(bins) == pytest.approx(0.2)
    sure = made(equal_mass_bins(np.ones(7), np.zeros(7, dtype=bool)))
    assert expected_calibration_error(sure) == 1.0
    assert sure.count.max() == 7


def test_without_a_probability_there_are_no_bins() -> None:
    for bins in (equal_width_bins, equal_mass_bins):
        assert bins(np.array([0.5, np.nan]), np.array([True, False])) is None
        assert bins(np.array([]), np.array([], dtype=bool)) is None


@given(ROWS | TIED, st.integers(1, 20))
def test_a_confidence_on_an_edge_belongs_below_it(rows: list[tuple[float, bool]], count: int) -> None:
    confidence, correct = columns(rows)
    bins = made(equal_mass_bins(confidence, correct, count))
    up_to = [int((confidence <= edge).sum()) for edge in bins.edges[1:]]
    assert np.cumsum(bins.count)[:-1].tolist() == up_to[:-1]
    assert up_to[-1] == len(rows)


# Class by class


@hypothesis_settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_classwise_error_is_its_definition(count: int, classes: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    p, targets = softmax(chance.normal(size=(count, classes))), chance.integers(0, classes, count)
    each = [naive_calibration_error(p[:, k].tolist(), (targets == k).tolist(), 10) for k in range(classes)]
    assert classwise_calibration_error(p, targets, 10) == pytest.approx(np.mean(each), abs=1e-12)


def test_a_class_that_never_occurs_counts() -> None:
    p = np.array([[0.6, 0.0, 0.4], [0.6, 0.0, 0.4]])
    assert classwise_calibration_error(p, np.array([0, 0])) == pytest.approx((0.4 + 0 + 0.4) / 3)


def test_at_its_ends() -> None:
    assert classwise_calibration_error(np.eye(2), np.array([0, 1])) == 0
    assert classwise_calibration_error(np.eye(2), np.array([1, 0])) == 1
    assert classwise_calibration_error(np.array([[0.5, np.nan]]), np.array([0])) is None
    assert classwise_calibration_error(np.empty((0, 2)), np.array([], dtype=int)) is None
