"""Refitted heads answer rows that they have not seen."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from core.errors import InputError
from core.evaluation.cross_fit import FOLDS, cross_fitted
from core.tasks.progress import ignore_progress


def clusters(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    target = np.arange(count) % 4
    return chance.normal(size=(count, 8)) + 3 * np.eye(8)[target], target


def test_heads_are_as_good_as_scikit_learns_own_cross_validation() -> None:
    vectors, target = clusters(400)
    said: list[float] = []
    p = cross_fitted(vectors, target, 4, lambda share, _: said.append(share))
    np.testing.assert_allclose(p.sum(axis=1), 1)
    reference = cross_val_predict(LogisticRegression(max_iter=300), vectors, target, cv=FOLDS)
    assert (p.argmax(axis=1) == target).mean() >= (reference == target).mean() - 0.02
    assert said == [pytest.approx(i / FOLDS) for i in range(1, FOLDS + 1)]


def test_a_row_does_not_speak_for_itself() -> None:
    """Its label is turned: a head that had seen the row would follow it further than one that has not."""
    vectors, target = clusters(200)
    turned = target.copy()
    turned[5] = (target[5] + 1) % 4
    p = cross_fitted(vectors, turned, 4, ignore_progress)
    assert p[5].argmax() == target[5]


def test_classes_without_rows_have_no_probability() -> None:
    vectors, target = clusters(50)
    p = cross_fitted(vectors, target, 6, ignore_progress)
    assert (p[:, 4:] == 0).all()


def test_a_class_of_one_row_is_not_expected_where_it_is_held_out() -> None:
    vectors, target = clusters(41)
    target[40] = 5
    p = cross_fitted(vectors, target, 6, ignore_progress)
    assert p[40, 5] == 0


@pytest.mark.parametrize("target", [np.zeros(50, int), np.array([0, 1, 0])])
def test_too_few_rows_or_classes(target: np.ndarray) -> None:
    with pytest.raises(InputError, match="too few to refit a head"):
        cross_fitted(np.ones((len(target), 3)), target, 2, ignore_progress)
