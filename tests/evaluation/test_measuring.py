"""Outcomes of rows and figures of all, against scikit-learn."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    f1_score,
    log_loss,
    top_k_accuracy_score,
)
from sklearn.metrics import (
    confusion_matrix as theirs,
)

from core.evaluation import measuring
from core.evaluation.measuring import confusion_matrix, figures, outcome
from core.metrics.probabilities import softmax
from core.results import Selection
from core.results.dataset import DatasetRequest, DatasetSummary
from core.results.dataset_evaluation import NO_CLASS, Confusion, DatasetEvaluation, Outcomes


def example(count: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.normal(size=(count, classes)) * 3, chance.integers(0, classes, count).astype(np.int32)


def scikit_learns(logits: np.ndarray, actual: np.ndarray) -> dict[str, float]:
    """Every figure by other people's measures."""
    p, said, labels = softmax(logits), logits.argmax(axis=1), range(logits.shape[1])
    return {
        "accuracy": accuracy_score(actual, said),
        "balanced_accuracy": balanced_accuracy_score(actual, said),
        "macro_f1": f1_score(actual, said, average="macro", zero_division=0),
        "weighted_f1": f1_score(actual, said, average="weighted", zero_division=0),
        "top_3": top_k_accuracy_score(actual, logits, k=3, labels=labels),
        "log_loss": log_loss(actual, p, labels=labels),
        "brier": brier_score_loss(actual, p, labels=labels, scale_by_half=False),
        "sure_and_wrong": ((said != actual) & (p.max(axis=1) >= 0.8)).mean(),
    }


@hypothesis_settings(deadline=None, max_examples=30)
@given(st.integers(1, 60), st.integers(3, 6), st.integers(0, 2**32 - 1))
def test_figures_are_scikit_learns(count: int, classes: int, seed: int) -> None:
    logits, actual = example(count, classes, seed)
    found = outcome(logits, actual)
    p, said = softmax(logits), logits.argmax(axis=1)
    assert found.predicted.tolist() == said.tolist()
    assert found.probability == pytest.approx(p.max(axis=1), rel=1e-6)
    assert found.margin == pytest.approx(np.sort(p)[:, -1] - np.sort(p)[:, -2], abs=1e-6)
    result = figures(found, actual, classes, 0.8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that nobody has
        expected = scikit_learns(logits, actual)
    for name, value in expected.items():
        assert result[name].value == pytest.approx(value, rel=1e-5, abs=1e-6), name
        assert result[name].low is not None
    matrix = confusion_matrix(actual, found.predicted, classes)
    assert (matrix == theirs(actual, said, labels=range(classes))).all()


def test_rows_without_a_label_or_a_verdict() -> None:
    logits = np.array([[2.0, 0, 0], [np.nan, 0, 0], [0, 3, 0], [0, 0, np.inf]])
    actual = np.array([0, 0, NO_CLASS, 1], np.int32)
    found = outcome(logits, actual)
    assert found.predicted.tolist() == [0, NO_CLASS, 1, NO_CLASS]
    assert found.rank.tolist() == [1, 0, 0, 0]
    assert np.isnan(found.loss).tolist() == [False, True, True, True]
    result = figures(found, actual, 3, 0.8)
    assert result["accuracy"].value == pytest.approx(1 / 3)
    assert result["macro_f1"].value == pytest.approx((2 / 3 + 0) / 2)  # the first has both its rows, one of them right
    assert "calibration_error" not in result
    assert figures(found, np.full(4, NO_CLASS, np.int32), 3, 0.8) == {}


def test_equal_logits_take_the_first_class() -> None:
    found = outcome(np.zeros((3, 3)), np.array([0, 1, 2], np.int32))
    assert found.rank.tolist() == [1, 2, 3]
    assert found.predicted.tolist() == [0, 0, 0]


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logits, actual = example(50, 4, 1)
    whole = outcome(logits, actual)
    monkeypatch.setattr(measuring, "_BLOCK", 7)
    parts = outcome(logits, actual)
    for name in vars(whole):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name


def evaluation(actual: list[int], predicted: list[int], probability: list[float]) -> DatasetEvaluation:
    """Of three classes."""
    a, p = np.array(actual, np.int32), np.array(predicted, np.int32)
    shares = np.array(probability, np.float32)
    return DatasetEvaluation(
        selection=Selection("demo"),
        dataset=DatasetSummary("0" * 16, "a.csv", len(a), ("text", "label"), "utf-8", (), "text", "label"),
        request=DatasetRequest("0" * 16, "text", "label"),
        classes=("a", "b", "c"),
        untrained_head=False,
        not_answered=0,
        rows=np.arange(len(a)),
        actual=a,
        predicted=p,
        probability=shares,
        margin=shares,
        loss=shares,
        rank=np.ones(len(a), np.int32),
        confusion=confusion_matrix(a, p, 3),
        figures={},
        sure=0.8,
    )


def test_the_four_outcomes_at_a_threshold() -> None:
    result = evaluation([0, 0, 1, 1, NO_CLASS, 2], [0, 0, 0, 0, 1, NO_CLASS], [0.9, 0.3, 0.9, 0.3, 0.9, np.nan])
    assert result.outcomes(0.5) == Outcomes(right_kept=1, right_rejected=1, wrong_rejected=2, wrong_kept=1)
    assert result.outcomes(0.0) == Outcomes(right_kept=2, right_rejected=0, wrong_rejected=1, wrong_kept=2)
    assert result.outcomes(0.9).right_kept == 1  # at the threshold is kept
    assert result.measured == 5


def test_confusions_by_count_then_by_share() -> None:
    result = evaluation([0, 0, 1, 2, 2, 2], [1, 1, 0, 0, 2, 2], [0.5] * 6)
    assert result.confusions() == [Confusion(0, 1, 2, 2), Confusion(1, 0, 1, 1), Confusion(2, 0, 1, 3)]
    assert replace(result, confusion=np.diag([1, 2, 3])).confusions() == []
