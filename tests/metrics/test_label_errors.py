"""The same rows as cleanlab finds on the same probabilities."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from cleanlab.filter import find_label_issues  # type: ignore[import-untyped]
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.metrics.label_errors import confident_classes, label_errors
from core.metrics.probabilities import Floats, softmax


def drawn(count: int, classes: int, noise: float, seed: int) -> tuple[Floats, np.ndarray, np.ndarray]:
    """Probabilities, labels of which a share is wrong, and which those are."""
    chance = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(classes), chance.integers(0, classes, max(0, count - classes))])[:count]
    p = softmax(chance.normal(size=(len(truth), classes)) + 5 * np.eye(classes)[truth])
    wrong = chance.random(len(truth)) < noise
    labels = np.where(wrong, (truth + chance.integers(1, max(2, classes), len(truth))) % classes, truth)
    return p, labels, wrong & (labels != truth)


@hypothesis_settings(deadline=None, max_examples=60)
@given(st.integers(4, 120), st.integers(2, 6), st.sampled_from([0.0, 0.1, 0.4]), st.integers(0, 2**32 - 1))
def test_they_are_those_of_cleanlab(count: int, classes: int, noise: float, seed: int) -> None:
    p, labels, _ = drawn(count, classes, noise, seed)
    assume(len(np.unique(labels)) > 1)  # cleanlab refuses one class alone
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = find_label_issues(labels, p, filter_by="low_self_confidence", n_jobs=1)
    assert set(label_errors(p, labels)) == set(np.flatnonzero(expected))


def test_most_wrong_labels_are_found_and_few_right_ones() -> None:
    p, labels, wrong = drawn(2000, 8, 0.1, 0)
    found = label_errors(p, labels)
    assert wrong[found].sum() >= 0.8 * wrong.sum()
    assert (~wrong[found]).sum() <= 0.3 * len(found)
    assert p[found, labels[found]].tolist() == sorted(p[found, labels[found]])


def test_right_labels_of_a_sure_model_are_left_alone() -> None:
    labels = np.arange(30) % 3
    assert len(label_errors(np.eye(3)[labels] * 0.97 + 0.01, labels)) == 0


def test_a_row_that_reaches_no_mean_is_confidently_nothing() -> None:
    p = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    assert confident_classes(p, np.array([0, 0, 1, 1])).tolist() == [0, 0, 1, -1]
    assert confident_classes(p, np.array([0, 0, 0, 0])).tolist() == [0, 0, -1, -1]
    assert pytest.approx(p[3].sum()) == 1
