"""Macro-F1 of two models against scikit-learn, and what its test promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from core.errors import InputError
from core.metrics import paired_f1
from core.metrics.paired_f1 import macro_f1s


def said(chance: np.random.Generator, label: np.ndarray, accuracy: float, classes: int) -> np.ndarray:
    return np.where(chance.random(len(label)) < accuracy, label, chance.integers(0, classes, len(label)))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(1, 80))
def test_it_is_that_of_scikit_learn(seed: int, classes: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    label = chance.integers(0, classes, count)
    verdicts = [said(chance, label, share, classes) for share in (0.7, 0.4)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paired_f1, "RESAMPLES", 20)
        patch.setattr(paired_f1, "SWAPS", 19)
        found = macro_f1s(label, verdicts[0], verdicts[1], classes)
    expected = [f1_score(label, v, labels=np.union1d(label, v), average="macro", zero_division=0) for v in verdicts]
    assert (found.first, found.second) == pytest.approx(expected)
    assert 0.05 <= found.p <= 1


def test_resamples_are_those_of_rows_one_by_one() -> None:
    """Drawing cells is drawing rows: the same mean and spread as of a plain loop."""
    chance = np.random.default_rng(0)
    label = chance.integers(0, 4, 200)
    one, two = (said(chance, label, share, 4) for share in (0.8, 0.6))
    differences = []
    for _ in range(400):
        rows = chance.integers(0, 200, 200)
        pair = [f1_score(label[rows], v[rows], average="macro") for v in (one, two)]
        differences.append(pair[0] - pair[1])
    found = macro_f1s(label, one, two, 4)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        np.quantile(differences, [0.025, 0.975]), abs=0.02
    )
    assert found.p < 0.01


def test_swaps_are_those_of_rows_one_by_one() -> None:
    chance = np.random.default_rng(5)
    label = chance.integers(0, 3, 120)
    one, two = (said(chance, label, share, 3) for share in (0.75, 0.68))
    found, larger = macro_f1s(label, one, two, 3), 0
    for _ in range(400):
        swap = chance.random(120) < 0.5
        pair = [f1_score(label, np.where(swap, a, b), average="macro") for a, b in ((two, one), (one, two))]
        larger += abs(pair[0] - pair[1]) >= abs(found.difference) - 1e-12
    assert found.p == pytest.approx(larger / 400, abs=0.08)


def test_a_row_without_a_verdict_is_wrong_and_gives_no_class() -> None:
    label, one, two = np.array([0, 1, 1]), np.array([0, 1, -1]), np.array([0, 1, 1])
    found = macro_f1s(label, one, two, 3)
    assert (found.first, found.second) == pytest.approx(((1 + 2 / 3) / 2, 1))


def test_the_same_verdicts_have_no_difference() -> None:
    label = np.arange(30) % 4
    found = macro_f1s(label, (label + (label == 2)) % 4, (label + (label == 2)) % 4, 4)
    assert (found.difference, found.interval.low, found.interval.high, found.p) == (0, 0, 0, 1)
    with pytest.raises(InputError):
        macro_f1s(label[:0], label[:0], label[:0], 4)
