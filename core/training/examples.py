"""Labelled texts of a training run: read, encoded, split."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config.parts import ProblemType
from core.errors import TrainingError
from core.inference.rows import Rows, read_rows
from core.inference.tables import read_columns
from core.training.config import TrainingConfig
from core.training.targets import Targets, encode, find_labels, mix_soft_labels

SOFT_LABEL_TOLERANCE = 1e-2


@dataclass(frozen=True)
class Examples:
    """Texts with targets; `soft` is what training aims at instead, where there is a teacher."""

    texts: tuple[str, ...]
    targets: Targets
    soft: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: NDArray[np.int64]) -> Examples:
        """Some of the rows, in the order given."""
        soft = None if self.soft is None else self.soft[rows]
        return Examples(tuple(self.texts[i] for i in rows), self.targets[rows], soft)


@dataclass(frozen=True)
class Splits:
    """What a run trains on, watches, and is tested on; the last two may be absent."""

    labels: tuple[str, ...]
    train: Examples
    validation: Examples | None
    test: Examples | None


def read_splits(config: TrainingConfig) -> Splits:
    """Read every file of a run.

    Raises:
        NotFoundError, InputError, TrainingError: files or rows that cannot be trained on.
    """
    data, problem = config.data, config.base_model.problem
    rows = _read_rows(data.train_file, config)
    cells = rows.labels or ()
    labels = find_labels(cells, problem, data)
    _check_count(config, labels)
    train = Examples(rows.texts, encode(cells, labels, problem), _read_soft(config, labels))
    if train.soft is not None and len(train.soft) != len(train):
        raise TrainingError(
            f"'{data.soft_labels_file}' has {len(train.soft)} rows, and '{data.train_file}' has {len(train)}.",
            fix="give one row of probabilities a training row, in the same order.",
        )
    validation = _read_examples(data.validation_file, config, labels)
    if validation is None and data.validation_share:
        kept, aside = split_rows(train.targets, problem, data.validation_share, config.seed)
        train, validation = train.take(kept), train.take(aside)
    if train.soft is not None:
        mixed = mix_soft_labels(train.targets, train.soft, config.optimisation.soft_label_weight)
        train = Examples(train.texts, train.targets, mixed)
    return Splits(labels, train, validation, _read_examples(data.test_file, config, labels))


def split_rows(
    targets: Targets, problem: ProblemType, share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row numbers to train on and to set aside; each class gives its share, and keeps at least one row.

    Raises:
        TrainingError: so few rows that nothing would be set aside.
    """
    random = np.random.default_rng(seed)
    strata = targets if problem == "single_label_classification" else np.zeros(len(targets), dtype=np.int64)
    aside = []
    for stratum in np.unique(strata):
        rows = random.permutation(np.flatnonzero(strata == stratum))
        aside.append(rows[: min(round(share * len(rows)), len(rows) - 1)])
    chosen = np.sort(np.concatenate(aside))
    if not len(chosen):
        raise TrainingError(
            f"{len(targets)} rows are too few to set a share of {share:g} aside for validation.",
            fix="give a validation_file, a larger validation_share, or 0 with patience null.",
        )
    kept = np.setdiff1d(np.arange(len(targets)), chosen)
    return kept, chosen


def _read_rows(file: str, config: TrainingConfig) -> Rows:
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
