"""Predictions against labels, by other people's measures; what cannot be evaluated."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, mean_squared_error, r2_score

from core.errors import InputError, UntrainedHeadError
from core.evaluation.run import evaluate, score
from core.evaluation.service import EvaluationService
from core.explain.explainer import Explainer
from core.results import LabelledTexts, Prediction, Selection
from core.tasks.runner import TaskRunner
from tests.metrics.definitions import naive_calibration_error


def predictions(probabilities: np.ndarray[Any, Any], problem: str) -> list[Prediction]:
    names = tuple(f"class {i}" for i in range(probabilities.shape[1]))
    regression = problem == "regression"
    return [
        Prediction(
            text="x",
            label=names[int(row.argmax())],
            problem_type=problem,
            labels=names,
            logits=tuple(row.tolist()),
            probabilities=tuple(math.nan for _ in row) if regression else tuple(row.tolist()),
            tokens=(),
            pooling_weights=None,
            kept_characters=1,
            total_tokens=0,
        )
        for row in probabilities
    ]


@hypothesis_settings(deadline=None)
@given(st.integers(2, 6), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_single_label_against_scikit_learn(classes: int, count: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    p = chance.dirichlet(np.ones(classes), count)
    actual = chance.integers(0, classes, count)
    result = score(predictions(p, "single_label_classification"), actual, seconds=2.0)
    predicted = p.argmax(axis=1)
    assert result.accuracy == pytest.approx(accuracy_score(actual, predicted))
    assert result.macro_f1 == pytest.approx(f1_score(actual, predicted, average="macro", zero_division=0))
    expected = naive_calibration_error(p.max(axis=1).tolist(), (predicted == actual).tolist())
    assert result.calibration_error == pytest.approx(expected)
    assert (result.count, result.seconds, result.r2) == (count, 2.0, None)


def test_multi_label_counts_whole_sets() -> None:
    p = np.array([[0.9, 0.2, 0.5], [0.1, 0.1, 0.1], [0.6, 0.6, 0.1]])
    actual = np.array([[1, 0, 1], [0, 0, 0], [1, 0, 0]], dtype=bool)
    result = score(predictions(p, "multi_label_classification"), actual)
    assert result.accuracy == pytest.approx(2 / 3)
    assert result.macro_f1 == pytest.approx(f1_score(actual, p >= 0.5, average="macro", zero_division=0))
    confidence = np.maximum(p, 1 - p).ravel().tolist()
    assert result.calibration_error == pytest.approx(
        naive_calibration_error(confidence, ((p >= 0.5) == actual).ravel().tolist())
    )


def test_regression_against_scikit_learn() -> None:
    chance = np.random.default_rng(3)
    z, y = chance.normal(size=(20, 2)), chance.normal(size=(20, 2))
    result = score(predictions(z, "regression"), y)
    assert result.mean_squared_error == pytest.approx(mean_squared_error(y, z))
    assert result.mean_absolute_error == pytest.approx(mean_absolute_error(y, z))
    assert result.r2 == pytest.approx(r2_score(y, z))
    assert (result.accuracy, result.macro_f1, result.calibration_error) == (None, None, None)
    assert score(predictions(z[:1], "regression"), y[:1]).r2 is None, "one value has no variance"


def test_nothing_to_evaluate() -> None:
    with pytest.raises(InputError, match="nothing to evaluate"):
        score([], np.array([]))


def test_rows_without_labels_are_refused_before_anything_is_loaded() -> None:
    rows = LabelledTexts(("a",), None, ("text",), "a.csv")
    with pytest.raises(InputError, match="read without labels. Fix: name the label column"):
        evaluate(None, Selection("x"), rows)  # type: ignore[arg-type]


def test_texts_without_a_verdict_are_counted_apart_and_are_never_right() -> None:
    p = np.array([[0.9, 0.1], [math.nan, math.nan], [0.2, 0.8], [math.nan, 0.4]])
    result = score(predictions(p, "single_label_classification"), np.array([0, 0, 1, 1]))
    assert (result.count, result.not_finite, result.accuracy) == (4, 2, 0.5)
    assert result.calibration_error is None
    assert score(predictions(p[:1], "single_label_classification"), np.array([0])).not_finite == 0


def test_an_untrained_head_is_not_measured_unless_asked_for(explainer: Explainer) -> None:
    """Before labels are looked at; and what was measured on request does not answer who did not ask."""
    rows = LabelledTexts(("hello", "you"), ("LABEL_0", "LABEL_1"), ("text", "label"), "rows")
    bare, wish = Selection("llama"), Selection("llama", untrained_head=True)
    with pytest.raises(UntrainedHeadError):
        evaluate(explainer.engine, bare, replace(rows, labels=("no such", "class")))
    assert evaluate(explainer.engine, wish, rows).untrained_head
    service = EvaluationService(explainer.engine, TaskRunner(1))
    assert all(prediction.untrained_head for prediction in service.classify(wish, rows.texts).result())
    assert service.evaluate(wish, rows).result().untrained_head
    for task in (service.classify(bare, rows.texts), service.evaluate(bare, rows)):
        with pytest.raises(UntrainedHeadError):
            task.result()
