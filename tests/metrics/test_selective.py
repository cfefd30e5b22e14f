"""Curves and areas against the definition row by row, and counts against scikit-learn's confusion matrix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.metrics.probabilities import Floats, Indicators
from core.metrics.selective import POINTS, area_under_risk_coverage, risk_coverage, threshold_for

ROWS = st.lists(
    st.tuples(st.sampled_from([0.2, 0.5, 0.7, 1.0, float("nan")]) | st.floats(0, 1), st.booleans()),
    min_size=1,
    max_size=60,
)


def columns(rows: list[tuple[float, bool]]) -> tuple[Floats, Indicators]:
    return np.array([c for c, _ in rows]), np.array([k for _, k in rows], dtype=bool)


def naive_curve(rows: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """At each confidence that occurs: the share kept and the share of errors in what is kept."""
    curve = []
    for level in sorted({c for c, _ in rows if c == c}, reverse=True):
        kept = [k for c, k in rows if c >= level]
        curve.append((len(kept) / len(rows), kept.count(False) / len(kept)))
    return curve


@given(ROWS)
def test_the_curve_is_its_definition(rows: list[tuple[float, bool]]) -> None:
    coverage, risk = risk_coverage(*columns(rows))
    assert list(zip(coverage, risk, strict=True)) == [pytest.approx(point) for point in naive_curve(rows)]


@given(ROWS)
def test_the_area_is_the_mean_risk_over_what_is_kept(rows: list[tuple[float, bool]]) -> None:
    area = area_under_risk_coverage(*columns(rows))
    steps, risks = [0.0], []
    for coverage, risk in naive_curve(rows):
        risks.append((coverage - steps[-1]) * risk)
        steps.append(coverage)
    if risks:
        assert area == pytest.approx(sum(risks) / steps[-1])
        assert 0 <= area <= 1
    else:
        assert np.isnan(area)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_without_ties_the_area_is_the_mean_of_running_errors(correct: list[bool]) -> None:
    confidence = np.linspace(1, 0.1, len(correct))
    running = [correct[: i + 1].count(False) / (i + 1) for i in range(len(correct))]
    assert area_under_risk_coverage(confidence, np.array(correct)) == pytest.approx(np.mean(running))


def test_a_better_ranking_has_less_area() -> None:
    correct = np.arange(100) < 80
    good, useless, bad = -np.arange(100.0), np.ones(100), np.arange(100.0)
    areas = [area_under_risk_coverage(c, correct) for c in (good, useless, bad)]
    assert areas == sorted(areas)
    assert areas[1] == pytest.approx(0.2), "the error rate"
    assert areas[0] > 0


@hypothesis_settings(deadline=None, max_examples=30)
@given(st.integers(190, 5000), st.integers(0, 2**32 - 1))
def test_a_long_curve_is_thinned_evenly(count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    confidence, correct = chance.random(count), chance.random(count) < 0.7
    coverage, risk = risk_coverage(confidence, correct)
    assert len(coverage) == len(risk) <= POINTS
    assert coverage[0] == pytest.approx(1 / count)
    assert (coverage[-1], risk[-1]) == pytest.approx((1, 1 - correct.mean()))
    assert np.diff(coverage).min() > 0
    assert np.diff(coverage).max() <= 1 / (POINTS - 1) + 1 / count
    order = np.argsort(-confidence)
    running = np.cumsum(~correct[order]) / np.arange(1, count + 1)
    assert risk == pytest.approx(running[np.round(coverage * count).astype(int) - 1])


@pytest.mark.parametrize(("right", "risk"), [(True, 0), (False, 1)])
def test_nothing_but_right_or_wrong(right: bool, risk: int) -> None:
    confidence, correct = np.array([0.9, 0.5, 0.5]), np.full(3, right)
    assert risk_coverage(confidence, correct)[1].tolist() == [risk, risk]
    assert area_under_risk_coverage(confidence, correct) == risk
    one = risk_coverage(confidence[:1], correct[:1])
    assert (one[0].tolist(), one[1].tolist()) == ([1], [risk])


def test_what_has_no_confidence_is_never_kept() -> None:
    confidence, correct = np.array([0.9, np.nan, 0.4, np.nan]), np.array([True, True, False, False])
    coverage, risk = risk_coverage(confidence, correct)
    assert (coverage.tolist(), risk.tolist()) == ([0.25, 0.5], [0, 0.5])
    for nothing in (np.full(2, np.nan), np.array([])):
        coverage, risk = risk_coverage(nothing, np.zeros(len(nothing), dtype=bool))
        assert len(coverage) == len(risk) == 0
        assert np.isnan(area_under_risk_coverage(nothing, np.zeros(len(nothing), dtype=bool)))


@given(ROWS, st.floats(0.05, 0.99))
def test_the_threshold_is_the_lowest_that_keeps_the_promise(rows: list[tuple[float, bool]], share: float) -> None:
    found = threshold_for(*columns(rows), share)
    levels = sorted({c for c, _ in rows if c == c})

    def keeps(level: float) -> bool:
        kept = [k for c, k in rows if c >= level]
        return sum(kept) >= share * len(kept) - 1e-9

    assert found == next((level for level in levels if keeps(level)), None)
