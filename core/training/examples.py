"""The files of a training run: read, encoded, split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.labelled_texts import read_rows
from core.data.splits import Examples, Splits, split_rows
from core.data.tables import read_columns
from core.errors import TrainingError
from core.results import LabelledTexts
from core.training.config import TrainingConfig
from core.training.targets import encode, find_labels, mix_soft_labels

SOFT_LABEL_TOLERANCE = 1e-2


def read_splits(config: TrainingConfig) -> Splits:
    """Read every file of a run.

    Raises:
        NotFoundError, InputError, TrainingError: files or rows that cannot be trained on.
    """
    labels, train = _read_training(config)
    validation = _read_examples(config.data.validation_file, config, labels)
    if validation is None and config.data.validation_share:
        problem, share = config.base_model.problem, config.data.validation_share
        retained, aside = split_rows(train.targets, problem, share, config.seed)
        # What is measured is measured against the labels: the teacher's word is for training alone.
        train, validation = train.take(retained), replace(train.take(aside), soft=None)
    if train.soft is not None:
        mixed = mix_soft_labels(train.targets, train.soft, config.optimisation.soft_label_weight)
        train = replace(train, soft=mixed)
    return Splits(labels, train, validation, _read_examples(config.data.test_file, config, labels))


def _read_training(config: TrainingConfig) -> tuple[tuple[str, ...], Examples]:
    """The class names, and every training row with the teacher's probabilities as they were read."""
    data, problem = config.data, config.base_model.problem
    rows = _read_rows(data.train_file, config)
    cells = rows.labels or ()
    labels = find_labels(cells, problem, data)
    _check_count(config, labels)
    soft = _read_soft(config, labels)
    if soft is not None and len(soft) != len(rows):
        raise TrainingError(
            f"'{data.soft_labels_file}' has {len(soft)} rows, and '{data.train_file}' has {len(rows)}.",
            fix="give one row of probabilities a training row, in the same order.",
        )
    return labels, Examples(rows.texts, encode(cells, labels, problem), soft)


def _read_rows(file: str, config: TrainingConfig) -> LabelledTexts:
    return read_rows(Path(file), config.data.text_column, config.data.label_column)


def _read_examples(file: str | None, config: TrainingConfig, labels: tuple[str, ...]) -> Examples | None:
    if file is None:
        return None
    rows = _read_rows(file, config)
    return Examples(rows.texts, encode(rows.labels or (), labels, config.base_model.problem))


def _read_soft(config: TrainingConfig, labels: tuple[str, ...]) -> NDArray[np.float32] | None:
    """The teacher's probabilities (N, K) in the model's class order."""
    file = config.data.soft_labels_file
    if file is None:
        return None
    table = read_columns(Path(file), labels)
    try:
        soft = np.array([table[label] for label in labels], dtype=np.float32).T
    except (TypeError, ValueError):
        raise TrainingError(f"'{file}' holds cells that are no numbers.", fix="give probabilities only.") from None
    if not np.isfinite(soft).all() or soft.min() < 0 or soft.max() > 1 + SOFT_LABEL_TOLERANCE:
        raise TrainingError(f"'{file}' holds values that are no probabilities (0 to 1).", fix="apply a softmax first.")
    if config.base_model.problem == "single_label_classification":
        wrong = np.flatnonzero(abs(soft.sum(axis=1) - 1) > SOFT_LABEL_TOLERANCE)
        if len(wrong):
            raise TrainingError(
                f"Row {wrong[0] + 1} of '{file}' sums to {soft[wrong[0]].sum():.3g}, not to 1.",
                fix="give one probability distribution a row.",
            )
    return soft


def _check_count(config: TrainingConfig, labels: tuple[str, ...]) -> None:
    base = config.base_model
    if base.num_labels is not None and base.num_labels != len(labels):
        raise TrainingError(
            f"base_model.num_labels is {base.num_labels}, and the training data has {len(labels)} classes.",
            fix="leave num_labels out, or name all classes in data.labels.",
        )
