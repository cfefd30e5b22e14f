"""Measures against independent ones, and labels that do not fit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, mean_absolute_error, mean_squared_error, r2_score

from core.errors import InputError
from core.inference.evaluation import evaluate, read_targets, score
from core.inference.rows import Rows
from core.inference.scoring import calibration_error, macro_f1
from core.results import Prediction, Selection

CLASSES = ("alpha", "beta", "gamma")


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


def naive_calibration_error(confidence: list[float], correct: list[bool], bins: int = 15) -> float:
    """The definition, bin by bin."""
    total = 0.0
    for b in range(bins):
        low, high = b / bins, (b + 1) / bins
        inside = [i for i, c in enumerate(confidence) if (low < c <= high) or (b == 0 and c == 0)]
        if inside:
            mean = np.mean([confidence[i] for i in inside])
            share = np.mean([correct[i] for i in inside])
            total += len(inside) / len(confidence) * abs(float(mean - share))
    return total


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200))
def test_calibration_error_is_its_definition(pairs: list[tuple[float, bool]]) -> None:
    confidence, correct = [c for c, _ in pairs], [k for _, k in pairs]
    # An edge such as 7/15 is not a binary number: keep away from edges by more than rounding.
    confidence = [c if abs(c * 15 - round(c * 15)) > 1e-9 else min(c + 1e-6, 1.0) if c < 1 else 1.0 for c in confidence]
    ours = calibration_error(np.array(confidence), np.array(correct))
    assert ours == pytest.approx(naive_calibration_error(confidence, correct), abs=1e-12)


def test_calibration_error_at_its_ends() -> None:
    assert calibration_error(np.ones(4), np.ones(4, dtype=bool)) == 0
    assert calibration_error(np.ones(4), np.zeros(4, dtype=bool)) == 1
    assert calibration_error(np.full(4, 0.75), np.array([True, True, True, False])) == 0


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


def test_macro_f1_leaves_out_classes_that_nobody_saw() -> None:
    predicted = np.array([[1, 0, 0], [1, 0, 0]], dtype=bool)
    assert macro_f1(predicted, predicted) == 1.0
    assert macro_f1(predicted[:, :1], ~predicted[:, :1]) == 0.0
    assert macro_f1(np.zeros((2, 3), dtype=bool), np.zeros((2, 3), dtype=bool)) == 0.0


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


def test_targets_of_each_problem() -> None:
    assert read_targets(["beta", " alpha "], CLASSES, "single_label_classification").tolist() == [1, 0]
    several = read_targets(["alpha|gamma", '["beta"]', "", "[]"], CLASSES, "multi_label_classification")
    assert several.astype(int).tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert read_targets(["1.5", "-2"], ["score"], "regression").tolist() == [[1.5], [-2.0]]
    assert read_targets(["1|2", "[3, 4]"], ["a", "b"], "regression").tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("label", "problem", "message"),
    [
        ("betta", "single_label_classification", "Row 2: the model has no class 'betta'. Fix: did you mean 'beta'"),
        ("", "single_label_classification", "Row 2: the model has no class ''"),
        ("alpha|delta", "multi_label_classification", "Row 2: the model has no class 'delta'"),
        ("[alpha", "multi_label_classification", r"Row 2: the model has no class '\[alpha'"),
        ("much", "regression", "Row 2: 'much' is not 3 numbers joined by '|'. Fix: name the column"),
        ("1|2|nan", "regression", "Row 2: '1|2|nan' is not 3 numbers"),
    ],
)
def test_labels_that_do_not_fit(label: str, problem: str, message: str) -> None:
    good = "1|2|3" if problem == "regression" else "alpha"
    with pytest.raises(InputError, match=message):
        read_targets([good, label], CLASSES, problem)


def test_many_classes_are_not_all_listed() -> None:
    with pytest.raises(InputError, match="c7 and 142 more. Choose the adapter"):
        read_targets(["zzz"], [f"c{i}" for i in range(150)], "single_label_classification")


def test_rows_without_labels_are_refused_before_anything_is_loaded() -> None:
    rows = Rows(("a",), None, ("text",), "a.csv")
    with pytest.raises(InputError, match="read without labels. Fix: name the label column"):
        evaluate(None, Selection("x"), rows)  # type: ignore[arg-type]
