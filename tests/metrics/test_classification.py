"""Accuracy and macro-F1 against scikit-learn and the definition: absent classes, several labels, NaN."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from core.metrics.classification import macro_f1, multi_label, single_label
from core.metrics.probabilities import sigmoid, softmax
from core.results.dataset_evaluation import NO_CLASS
from tests.metrics.definitions import naive_macro_f1


@hypothesis_settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=40))
def test_macro_f1_of_single_labels(pairs: list[tuple[int, int]]) -> None:
    predicted, actual = np.array(pairs).T
    ours = macro_f1(predicted, actual)
    assert ours == f1_score(actual, predicted, average="macro", zero_division=0)
    assert ours == pytest.approx(naive_macro_f1([{p} for p, _ in pairs], [{a} for _, a in pairs]))


SETS = st.sets(st.integers(0, 4))


@hypothesis_settings(deadline=None)
@given(st.lists(st.tuples(SETS, SETS), min_size=1, max_size=20))
def test_macro_f1_of_several_labels(pairs: list[tuple[set[int], set[int]]]) -> None:
    predicted, actual = (np.array([[k in s for k in range(5)] for s in side]) for side in zip(*pairs, strict=True))
    assert macro_f1(predicted, actual) == pytest.approx(naive_macro_f1([p for p, _ in pairs], [a for _, a in pairs]))


def test_macro_f1_leaves_out_classes_that_nobody_saw() -> None:
    predicted = np.array([[1, 0, 0], [1, 0, 0]], dtype=bool)
    assert macro_f1(predicted, predicted) == 1.0
    assert macro_f1(predicted[:, :1], ~predicted[:, :1]) == 0.0
    assert macro_f1(np.zeros((2, 3), dtype=bool), np.zeros((2, 3), dtype=bool)) == 0.0


def test_the_verdict_is_the_largest_logit_where_probabilities_tie() -> None:
    """Two logits that differ by less than float32's probabilities can tell."""
    logits = np.array([[1.0, 1.0 + 1e-9]])
    probabilities = softmax(logits).astype(np.float32).astype(np.float64)
    assert probabilities[0, 0] == probabilities[0, 1]
    assert single_label(logits, probabilities, np.array([1]))["accuracy"] == 1.0


def test_a_text_without_a_verdict_is_wrong() -> None:
    logits = np.array([[np.nan, 0.0], [3.0, 0.0], [np.inf, 0.0]])
    with np.errstate(invalid="ignore"):
        measures = single_label(logits, softmax(logits), np.array([0, 0, 0]))
    assert measures["accuracy"] == pytest.approx(1 / 3)
    assert measures["macro_f1"] == pytest.approx(0.5), "recall 1/3, precision 1: one class, not two"
    assert measures["calibration_error"] is None
    assert macro_f1(np.array([NO_CLASS, NO_CLASS]), np.array([0, 1])) == 0.0


def test_a_class_that_is_ruled_out_is_no_missing_verdict() -> None:
    logits = np.array([[-np.inf, 0.0], [1.0, 0.0]])
    measures = single_label(logits, softmax(logits), np.array([1, 0]))
    assert (measures["accuracy"], measures["macro_f1"]) == (1.0, 1.0)


@hypothesis_settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_several_labels_against_scikit_learn(count: int, classes: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    p, actual = sigmoid(chance.normal(size=(count, classes))), chance.random((count, classes)) > 0.5
    measures = multi_label(p, actual.astype(np.float32))
    assert measures["accuracy"] == pytest.approx(accuracy_score(actual, p >= 0.5))
    assert measures == multi_label(p, actual), "targets may be numbers or truth values"


def test_a_class_applies_from_one_half_on() -> None:
    assert multi_label(np.array([[0.5, np.nextafter(0.5, 0)]]), np.array([[1, 0]]))["accuracy"] == 1.0


def test_a_decision_without_a_probability_is_wrong() -> None:
    measures = multi_label(np.array([[np.nan, 0.9], [0.1, 0.9]]), np.array([[0, 1], [0, 1]]))
    assert measures["accuracy"] == 0.5
    assert measures["calibration_error"] is None
