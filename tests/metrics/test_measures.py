"""One suite: the same numbers from logits and from the probabilities that a prediction states."""

from __future__ import annotations

import numpy as np
import pytest

from core.config.components import ProblemType
from core.metrics.loss import mean_loss
from core.metrics.measures import measure
from core.metrics.probabilities import sigmoid, softmax
from core.training.config import METRICS

PROBLEMS: tuple[ProblemType, ...] = tuple(METRICS)


def example(problem: ProblemType) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits, targets, probabilities."""
    chance = np.random.default_rng(4)
    logits = chance.normal(size=(40, 3))
    match problem:
        case "single_label_classification":
            return logits, chance.integers(0, 3, 40), softmax(logits)
        case "multi_label_classification":
            return logits, chance.random((40, 3)) > 0.5, sigmoid(logits)
        case "regression":
            return logits, chance.normal(size=(40, 3)), np.full((40, 3), np.nan)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_training_and_evaluation_measure_the_same(problem: ProblemType) -> None:
    logits, targets, probabilities = example(problem)
    measures = measure(problem, logits, targets)
    assert measures == measure(problem, logits, targets, probabilities)
    assert set(measures) | {"loss"} == set(METRICS[problem]), "what a training config may name"
    assert all(isinstance(value, float) for value in measures.values())


def test_a_constant_target_has_no_r2_on_either_side() -> None:
    targets = np.full((3, 1), 0.1)
    assert measure("regression", targets + 1, targets)["r2"] is None
    assert measure("regression", targets + 1, targets[:, 0], np.full((3, 1), np.nan))["r2"] is None


def test_targets_of_one_output_may_come_as_a_row() -> None:
    values, targets = np.arange(4.0)[:, None], np.array([0.0, 1.0, 2.0, 5.0])
    assert measure("regression", values, targets)["mean_absolute_error"] == 0.5


@pytest.mark.parametrize("problem", PROBLEMS)
def test_logits_that_are_not_finite_raise_nothing(problem: ProblemType) -> None:
    logits, targets, _ = example(problem)
    logits[0] = (np.nan, np.inf, -np.inf)
    measures = measure(problem, logits, targets)
    assert measures.get("calibration_error") is None
    assert mean_loss(problem, logits, targets) is None
    assert None not in (measures.get("accuracy", 0), measures.get("macro_f1", 0))
