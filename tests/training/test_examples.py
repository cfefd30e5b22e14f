"""The files of a run: what is trained on, watched and tested on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.errors import TrainingError
from core.training.config import TrainingConfig
from core.training.examples import read_splits


def config(folder: Path, soft: str | None = None, **data: Any) -> TrainingConfig:
    rows = [f"text {i},{'ab'[i % 2]}" for i in range(20)]
    (folder / "train.csv").write_text("\n".join(["text,label", *rows]))
    if soft is not None:
        (folder / "soft.csv").write_text(soft)
        data["soft_labels_file"] = str(folder / "soft.csv")
    base = {"pretrained_model_name_or_path": "x", "model_type": "llama"}
    fields = {"train_file": str(folder / "train.csv"), **data}
    return TrainingConfig.parse({"base_model": base, "adapter": {"r": 2}, "data": fields, "output": "out"})


def soft_rows(count: int) -> str:
    return "\n".join(["a,b", *("0.75,0.25" for _ in range(count))])


def test_a_share_is_set_aside(tmp_path: Path) -> None:
    splits = read_splits(config(tmp_path, validation_share=0.2))
    assert splits.validation is not None
    assert (splits.labels, len(splits.train), len(splits.validation), splits.test) == (("a", "b"), 16, 4, None)
    assert not set(splits.train.texts) & set(splits.validation.texts)


def test_files_of_their_own(tmp_path: Path) -> None:
    train = str(tmp_path / "train.csv")
    splits = read_splits(config(tmp_path, validation_file=train, test_file=train))
    assert splits.validation is not None
    assert splits.test is not None
    assert [len(s) for s in (splits.train, splits.validation, splits.test)] == [20, 20, 20]


def test_the_teacher_is_mixed_into_what_is_trained_on_alone(tmp_path: Path) -> None:
    splits = read_splits(config(tmp_path, soft_rows(20), validation_share=0.2))
    assert splits.train.soft is not None
    hard = np.eye(2)[splits.train.targets]
    assert_allclose(splits.train.soft, 0.5 * hard + 0.5 * np.array([0.75, 0.25]))
    assert splits.validation is not None
    assert splits.validation.soft is None
    assert splits.validation.targets.dtype == np.int64


@pytest.mark.parametrize(
    ("soft", "message"),
    [
        (soft_rows(3), "has 3 rows, and '.*train.csv' has 20"),
        (soft_rows(20).replace("0.25", "0.5"), "Row 1 of .* sums to 1.25, not to 1"),
        (soft_rows(20).replace("0.25", "x"), "holds cells that are no numbers"),
        (soft_rows(20).replace("0.25", "-0.25"), "holds values that are no probabilities"),
    ],
)
def test_a_teacher_that_does_not_fit(tmp_path: Path, soft: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        read_splits(config(tmp_path, soft))
