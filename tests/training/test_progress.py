"""Measures through the Trainer and back."""

from __future__ import annotations

import math

import numpy as np

from core.training.progress import history, measured, strip_prefix


def test_what_is_not_defined_is_nan_to_the_trainer_and_none_to_us() -> None:
    found = measured("regression", np.array([[1.0], [2.0]]), np.array([[0.1], [0.1]]))
    assert math.isnan(found["r2"])
    back = strip_prefix({f"eval_{name}": value for name, value in found.items()} | {"eval_runtime": 1.0, "epoch": 2.0})
    assert list(back) == ["mean_squared_error", "mean_absolute_error", "r2", "loss"]
    assert back["r2"] is None
    assert back["loss"] == found["mean_squared_error"]


def test_one_record_an_epoch() -> None:
    log = [
        {"loss": 3.0, "epoch": 0.5, "step": 1},
        {"loss": 1.0, "epoch": 1.0, "step": 2},
        {"eval_loss": 0.5, "eval_accuracy": 1.0, "eval_runtime": 9.0, "epoch": 1.0, "step": 2},
        {"loss": 0.5, "epoch": 1.5, "step": 3},
    ]
    first, rest = history(log)
    assert (first.epoch, first.step, first.loss, first.validation) == (1.0, 2, 2.0, {"accuracy": 1.0, "loss": 0.5})
    assert (rest.epoch, rest.loss, rest.validation) == (1.5, 0.5, {})
