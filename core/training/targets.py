"""From label cells to the numbers a criterion is fed, and the classes they stand for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.config.components import ProblemType
from core.data.targets import Targets, cell_parts, read_targets
from core.errors import TrainingError
from core.training.config import DataConfig


def find_labels(cells: Sequence[str], problem: ProblemType, data: DataConfig) -> tuple[str, ...]:
    """The class names in the model's order: those of the config, else those found, sorted.

    The outputs of a regression are named after the column, with a number when a cell holds several.

    Raises:
        TrainingError: nothing to tell apart.
    """
    if data.labels:
        return data.labels
    match problem:
        case "regression":
            count = len(cell_parts(cells[0]))
            return tuple(f"{data.label_column}_{i + 1}" for i in range(count)) if count > 1 else (data.label_column,)
        case "multi_label_classification":
            result = {name for cell in cells for name in cell_parts(cell)}
        case _:
            result = {cell.strip() for cell in cells} - {""}
    if len(result) < (1 if problem == "multi_label_classification" else 2):
        raise TrainingError(
            f"'{data.train_file}' has {len(result)} different labels in column '{data.label_column}'.",
            fix="give texts of at least two classes, or name another column.",
        )
    return tuple(sorted(result))


def encode(cells: Sequence[str], labels: tuple[str, ...], problem: ProblemType) -> Targets:
    """Label cells, one a text, to targets: class numbers (N,) int64, else 0/1 or values (N, K) float32.

    Raises:
        InputError: a label that is not among `labels`, a value that is no number; with its row.
    """
    targets = read_targets(cells, labels, problem)
    return targets if problem == "single_label_classification" else targets.astype(np.float32)


def mix_soft_labels(targets: Targets, soft: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """(1 - weight) times the label plus weight times the teacher's probabilities: (N, K) float32.

    The cross entropy against this mixture is Hinton et al.'s distillation loss (2015) at temperature 1.
    """
    hard = np.eye(soft.shape[1], dtype=np.float32)[targets] if targets.ndim == 1 else targets
    mixed: NDArray[np.float32] = ((1 - weight) * hard + weight * soft).astype(np.float32)
    return mixed
