"""Measures of sets of labels against scikit-learn's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, label_ranking_average_precision_score, log_loss

from core.metrics.label_sets import binary_cross_entropy_rows, macro_f1, micro_f1, ranking_precision_rows
from core.metrics.probabilities import sigmoid


@hypothesis_settings(deadline=None)
@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 2), st.integers(0, 2**32 - 1))
def test_they_are_scikit_learns(count: int, labels: int, digits: int, seed: int) -> None:
    """With ties, empty sets, labels that no row has."""
    chance = np.random.default_rng(seed)
    logits, actual = np.round(2 * chance.normal(size=(count, labels)), digits), chance.random((count, labels)) < 0.3
    given_ = logits >= 0
    counts = ((actual & given_).sum(axis=0), given_.sum(axis=0), actual.sum(axis=0))
    seen = (actual | given_).any(axis=0)
    assert micro_f1(*counts) == pytest.approx(f1_score(actual, given_, average="micro", zero_division=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        each = f1_score(actual, given_, average=None, zero_division=0)
    assert macro_f1(*counts) == pytest.approx(each[seen].mean() if seen.any() else 0.0)
    theirs = [label_ranking_average_precision_score(a[None], z[None]) for a, z in zip(actual, logits, strict=True)]
    assert ranking_precision_rows(logits, actual) == pytest.approx(theirs)
    decisions = np.stack([1 - sigmoid(logits), sigmoid(logits)], axis=-1).reshape(-1, 2)
    expected = log_loss(actual.ravel(), decisions, labels=[False, True])
    assert binary_cross_entropy_rows(logits, actual).mean() == pytest.approx(expected)


def test_blocks_of_counts_and_logits_that_are_not_finite() -> None:
    hits, given_, actual = (np.array([[1, 0], [2, 0]]), np.array([[2, 0], [2, 1]]), np.array([[1, 0], [2, 0]]))
    assert micro_f1(hits, given_, actual) == pytest.approx([2 / 3, 4 / 5])
    assert macro_f1(hits, given_, actual) == pytest.approx([2 / 3, 1 / 2])
    logits = np.array([[np.inf, 0.0], [np.nan, 0.0], [800.0, -800.0]])
    loss = binary_cross_entropy_rows(logits, np.array([[True, False], [True, False], [True, False]]))
    assert np.isnan(loss).tolist() == [True, True, False]
    assert loss[2] == 0.0
