"""Log loss, Brier score and top-k against scikit-learn, and where it orders ties otherwise, against the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss

from core.metrics.loss import mean_loss
from core.metrics.probabilities import Floats, softmax
from core.metrics.proper_scores import brier_rows, log_loss_rows

LARGEST = -np.log(np.finfo(float).tiny)


def example(count: int, classes: int, seed: int) -> tuple[Floats, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.normal(size=(count, classes)) * 3, chance.integers(0, classes, count)


@hypothesis_settings(deadline=None)
@given(st.integers(1, 30), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_scores_are_scikit_learns(count: int, classes: int, seed: int) -> None:
    logits, targets = example(count, classes, seed)
    p, labels = softmax(logits), range(classes)
    assert log_loss_rows(p, targets).mean() == pytest.approx(log_loss(targets, p, labels=labels))
    assert log_loss_rows(p, targets).mean() == pytest.approx(mean_loss("single_label_classification", logits, targets))
    theirs = brier_score_loss(targets, p, labels=labels, scale_by_half=False)
    assert brier_rows(p, targets).mean() == pytest.approx(theirs)


def test_scores_of_each_row_by_their_definition() -> None:
    p, targets = np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]]), np.array([1, 0])
    assert log_loss_rows(p, targets) == pytest.approx([np.log(2), 0])
    assert brier_rows(p, targets) == pytest.approx([0.04 + 0.25 + 0.09, 0])
    assert p[0].tolist() == [0.2, 0.5, 0.3], "what is asked about is not written to"


def test_scores_at_their_ends() -> None:
    p = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert log_loss_rows(p, np.array([1, 1])) == pytest.approx([LARGEST, 0])
    assert brier_rows(p, np.array([1, 1])).tolist() == [2, 0]
    assert log_loss_rows(np.ones((1, 1)), np.array([0])).tolist() == [0]
    assert brier_rows(np.ones((1, 1)), np.array([0])).tolist() == [0]


@hypothesis_settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_brier_lies_between_0_and_2(count: int, classes: int, seed: int) -> None:
    logits, targets = example(count, classes, seed)
    scores = brier_rows(softmax(logits * 100), targets)
    assert (scores >= 0).all()
    assert (scores <= 2).all()


def test_scores_are_float64_whatever_comes() -> None:
    p = np.array([[1e-30, 1.0]], dtype=np.float32)
    assert log_loss_rows(p, np.array([0])).dtype == brier_rows(p, np.array([0])).dtype == np.float64
    assert log_loss_rows(p, np.array([0])) == pytest.approx([30 * np.log(10)])


@pytest.mark.parametrize("score", [log_loss_rows, brier_rows])
def test_a_text_without_probabilities_has_no_score(score: object) -> None:
    p = np.array([[0.5, 0.5], [np.nan, np.nan], [0.5, np.nan]])
    assert callable(score)
    assert np.isnan(score(p, np.array([0, 0, 0]))).tolist() == [False, True, True]


# Top k
