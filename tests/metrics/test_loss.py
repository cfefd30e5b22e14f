"""The loss of each problem against torch's and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import log_loss, mean_squared_error
from torch.nn import functional

from core.config.components import ProblemType
from core.metrics.loss import mean_loss


def test_cross_entropy() -> None:
    chance = np.random.default_rng(0)
    logits, targets = chance.normal(size=(30, 4)), chance.integers(0, 4, 30)
    loss = mean_loss("single_label_classification", logits, targets)
    assert loss == pytest.approx(float(functional.cross_entropy(torch.tensor(logits), torch.tensor(targets))))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert loss == pytest.approx(log_loss(targets, p, labels=range(4)))


def test_binary_cross_entropy() -> None:
    chance = np.random.default_rng(1)
    logits, targets = chance.normal(size=(30, 4)), (chance.random((30, 4)) > 0.5).astype(np.float32)
    expected = functional.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets).double())
    assert mean_loss("multi_label_classification", logits, targets) == pytest.approx(float(expected))


def test_squared_error() -> None:
    chance = np.random.default_rng(2)
    values, targets = chance.normal(size=(2, 30, 1))
    assert mean_loss("regression", values, targets[:, 0]) == pytest.approx(mean_squared_error(targets, values))


@pytest.mark.parametrize("problem", ["single_label_classification", "multi_label_classification", "regression"])
def test_a_model_that_diverged_has_no_loss(problem: ProblemType) -> None:
    targets = np.array([0]) if problem == "single_label_classification" else np.array([[1.0, 0.0]])
    assert mean_loss(problem, np.array([[np.nan, 0.0]]), targets) is None


def test_a_sure_mistake_has_a_finite_loss() -> None:
    loss = mean_loss("single_label_classification", np.array([[1e6, 0.0]]), np.array([1]))
    assert loss == pytest.approx(-np.log(np.finfo(float).tiny))
