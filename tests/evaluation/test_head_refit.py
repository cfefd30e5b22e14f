"""Heads of corrected labels are better where the labels were wrong, and nothing is claimed where nothing differs."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.errors import InputError
from core.evaluation.head_refit import head_refit
from core.results.corrections import Action, Correction
from core.results.dataset_evaluation import NO_CLASS
from core.tasks.progress import ignore_progress
from tests.evaluation.test_classes import NAMES, evaluation


def noisy(count: int = 240) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors of 4 classes that overlap, their true classes, and labels of which a third is wrong the same way."""
    chance = np.random.default_rng(1)
    truth = (np.arange(count) % 4).astype(np.int32)
    labels = truth.copy()
    labels[(truth == 0) & (chance.random(count) < 0.75)] = 1
    return chance.normal(size=(count, 6)) + 2.5 * np.eye(6)[truth], truth, labels


def relabelled(truth: np.ndarray, labels: np.ndarray) -> list[Correction]:
    return [Correction(int(i), Action.RELABEL, NAMES[truth[i]]) for i in np.flatnonzero(truth != labels)]


def test_figures_are_those_of_scikit_learn() -> None:
    vectors, truth, labels = noisy()
    logits = 5.0 * np.eye(6)[labels]
    found = head_refit(evaluation(logits, labels), vectors, relabelled(truth, labels), ignore_progress)
    head = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=300, tol=1e-3))
    folds = KFold(5, shuffle=True, random_state=0)
    was, now = (cross_val_predict(head, vectors, y, cv=folds) for y in (labels, truth))
    for figures, predicted in ((found.before, was), (found.after, now)):
        assert figures["accuracy"].value == pytest.approx(accuracy_score(truth, predicted))
        assert figures["macro_f1"].value == pytest.approx(f1_score(truth, predicted, average="macro"))
    assert found.gained_places.tolist() == np.flatnonzero((now == truth) & (was != truth)).tolist()
    assert found.lost_places.tolist() == np.flatnonzero((now != truth) & (was == truth)).tolist()
    assert found.difference.value == pytest.approx((found.gained - found.lost) / len(truth))
    assert found.difference.low is not None
    assert found.difference.low > 0
    assert found.p < 0.001
    assert (found.relabelled, found.removed, found.measured) == (int((truth != labels).sum()), 0, len(truth))
    assert found.model_before.value == 1.0
    assert found.model_after.value == pytest.approx((labels == truth).mean())
    same = truth == labels
    assert found.elsewhere is not None
    assert found.elsewhere.value == pytest.approx((now == truth)[same].mean() - (was == truth)[same].mean())


def test_what_is_removed_is_neither_learnt_nor_measured() -> None:
    vectors, truth, labels = noisy()
    wrong = np.flatnonzero(truth != labels)
    marks = [Correction(int(i), Action.REMOVE) for i in wrong]
    found = head_refit(evaluation(5.0 * np.eye(6)[labels], labels), vectors, marks, ignore_progress)
    assert (found.relabelled, found.removed, found.measured) == (0, len(wrong), len(truth) - len(wrong))
    assert found.after["accuracy"].value > found.before["accuracy"].value
    assert found.model_before == found.model_after


def test_a_row_without_a_label_may_be_given_one() -> None:
    vectors, truth, _ = noisy()
    labels = truth.copy()
    labels[:10] = NO_CLASS
    found = head_refit(evaluation(5.0 * np.eye(6)[truth], labels), vectors, relabelled(truth, labels), ignore_progress)
    assert (found.relabelled, found.measured) == (10, len(truth))


def test_marks_that_change_no_label_are_refused() -> None:
    vectors, _, labels = noisy()
    result = evaluation(5.0 * np.eye(6)[labels], labels)
    marks = [Correction(0, Action.LOOK_AGAIN), Correction(1, Action.AUGMENT), Correction(10**6, Action.REMOVE)]
    marks.append(Correction(2, Action.RELABEL, NAMES[labels[2]]))
    for given in ([], marks):
        with pytest.raises(InputError, match="No row of this dataset is relabelled"):
            head_refit(result, vectors, given, ignore_progress)


def test_merged_classes_are_learnt_as_one_and_either_is_right() -> None:
    vectors, truth, labels = noisy()
    result = evaluation(5.0 * np.eye(6)[truth], labels)
    place = int(np.flatnonzero(labels == 0)[0])
    found = head_refit(result, vectors, [Correction(place, Action.MERGE, NAMES[1])], ignore_progress)
    assert (found.relabelled, found.removed, found.measured) == (int((labels == 0).sum()), 0, len(labels))
    joined = np.where(labels == 0, 1, labels)
    assert found.model_before.value == pytest.approx((truth == labels).mean())
    assert found.model_after.value == pytest.approx((np.where(truth == 0, 1, truth) == joined).mean())
    by_hand = [Correction(int(i), Action.RELABEL, NAMES[1]) for i in np.flatnonzero(labels == 0)]
    same = head_refit(result, vectors, by_hand, ignore_progress)
    assert found.after == same.after, "the second head learns the same"
    assert found.before["accuracy"].value > same.before["accuracy"].value, "the first may still say either"


@pytest.mark.parametrize("label", [NAMES[0], "no such class"])
def test_a_merge_into_itself_or_into_nothing_changes_nothing(label: str) -> None:
    vectors, _, labels = noisy()
    result = evaluation(5.0 * np.eye(6)[labels], labels)
    place = int(np.flatnonzero(labels == 0)[0])
    with pytest.raises(InputError, match="merged into one"):
        head_refit(result, vectors, [Correction(place, Action.MERGE, label)], ignore_progress)
