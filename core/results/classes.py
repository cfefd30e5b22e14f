"""How well each class is told from the others, and which are taken for one another."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClassFigures:
    """One class against all others, over the rows that have a label of the model's.

    Attributes:
        support: rows of the class; `predicted`: rows that are given it.
        precision: right among the rows that are given it; `recall`: right among its rows; `f1` joins the two.
            0 where there is no such row, as in scikit-learn.
        low, high: 95 % interval of the recall (Wilson).
        roc_auc: the chance that one of its rows has a larger probability of it than one of another class; None where
            there is none of either.
        average_precision: mean precision over the recalls that can be reached; None where it has no row.
        taken_for: the class that its rows are most often given instead, and how many; None where there is none.
    """

    name: str
    support: int
    predicted: int
    precision: float
    recall: float
    f1: float
    low: float
    high: float
    roc_auc: float | None
    average_precision: float | None
    taken_for: tuple[int, int] | None


@dataclass(frozen=True)
class ClassReport:
    """K classes of a model on a dataset.

    Attributes:
        classes: in the model's order.
        order: (K,) class numbers, those that are confused with one another side by side.
        confusion: (K, K) rows by label and verdict, in the model's order.
        groups: classes that are confused with one another and with no others, largest group first, singles left out.
    """

    classes: tuple[ClassFigures, ...]
    order: NDArray[np.int64] = field(repr=False)
    confusion: NDArray[np.int64] = field(repr=False)
    groups: tuple[tuple[int, ...], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes, in the model's order."""
        return tuple(figures.name for figures in self.classes)
