"""Labelled texts as a training run is given them: to train on, to watch, to be tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.config.components import ProblemType
from core.data.targets import Targets
from core.errors import TrainingError


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
    retained = np.setdiff1d(np.arange(len(targets)), chosen)
    return retained, chosen
