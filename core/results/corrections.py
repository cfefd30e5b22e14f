"""What is to become of rows of a dataset, and what a head says that is refitted on the corrected ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.results.figure import Figure


class Action(StrEnum):
    """What a person marks a row for."""

    RELABEL = "relabel"
    REMOVE = "remove"
    AUGMENT = "augment"
    NEW_CLASS = "new class"
    MERGE = "merge"
    LOOK_AGAIN = "look again"


#: Actions that name a class.
NAMING = (Action.RELABEL, Action.NEW_CLASS, Action.MERGE)


@dataclass(frozen=True)
class Correction:
    """The mark of one row.

    Attributes:
        row: its number in the file, from 0.
        label: the class of the model that it is given, or the name of a new one; of a merge the class that takes in
            the one that the row is labelled with, all rows of it; empty for other actions.
    """

    row: int
    action: Action
    label: str = ""
    note: str = ""


@dataclass(frozen=True)
class ImportedCorrections:
    """What a list of marks that was brought held.

    Attributes:
        taken: marks that are now those of their rows.
        unknown: marks of rows whose text is not in the dataset.
    """

    taken: int
    unknown: int


@dataclass(frozen=True)
class HeadRefit:
    """Two linear heads on the pooled vectors: one learnt the labels as they are, the other the corrected ones.

    Each answers rows that it did not learn from. Both are measured on the same rows by the corrected labels; rows to
    be removed are left out.

    Attributes:
        relabelled, removed: rows whose label differs, by a merge of classes too, and rows that are left out.
        measured: rows that both are measured on.
        model_before, model_after: accuracy of the loaded model itself on these rows, by the labels as they are (of
            rows that had one) and by the corrected ones. Of merged classes either is right.
        before, after: accuracy and macro_f1 of the two heads.
        difference: accuracy after less before, with its paired bootstrap interval.
        gained, lost: rows that only the second head, and only the first head has right.
        p: two-sided p-value of gains and losses being as frequent (exact McNemar test).
        elsewhere: the difference in accuracy on the rows whose label is as it was; None where there is none.
        gained_places, lost_places: these rows as places in `DatasetEvaluation.rows`, ascending.
    """

    relabelled: int
    removed: int
    measured: int
    model_before: Figure
    model_after: Figure
    before: dict[str, Figure]
    after: dict[str, Figure]
    difference: Figure
    p: float
    elsewhere: Figure | None
    gained_places: NDArray[np.int64] = field(repr=False)
    lost_places: NDArray[np.int64] = field(repr=False)

    @property
    def gained(self) -> int:
        """Rows that only the head of the corrected labels has right."""
        return len(self.gained_places)

    @property
    def lost(self) -> int:
        """Rows that only the head of the labels as they are has right."""
        return len(self.lost_places)
