"""How well a classifier of which several labels may hold does on a whole dataset, row by row and in figures."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.results.answered_rows import AnsweredRows
from core.results.figure import Figure


@dataclass(frozen=True)
class LabelFigures:
    """One label over the measured rows.

    Attributes:
        support, predicted, hits: rows that have it, that are given it, and both.
        precision, recall, f1: None where nothing is divided by: no row is given it, has it, or either.
        average_precision: area under precision over recall; None where no row has it.
    """

    label: str
    support: int
    predicted: int
    hits: int
    precision: float | None
    recall: float | None
    f1: float | None
    average_precision: float | None

    @property
    def missed(self) -> int:
        """Rows that have it and are not given it."""
        return self.support - self.hits

    @property
    def added(self) -> int:
        """Rows that are given it and do not have it."""
        return self.predicted - self.hits


@dataclass(frozen=True)
class LabelSetEvaluation(AnsweredRows):
    """A dataset answered by a pair that judges each label alone. An empty set of labels is one, too.

    Attributes:
        labelled: (N,) rows whose labels are all the model's; they are measured, M of them.
        actual: (N, K) the labels that each row has.
        predicted: (N, K) those that it is given: a probability of 0.5 or more.
        silent: (N,) rows with a probability that is no number: never right.
        loss: (N,) mean over labels of -log of the probability of what is so; NaN without a label or a finite logit.
        commonest: the most frequent set among the measured rows, and how many have it.
        labels: each label's figures, in the model's order; empty where nothing is measured.
        figures: by name: accuracy (subset accuracy), hamming_loss, micro_f1, macro_f1, log_loss (binary cross entropy),
            ranking_precision (label ranking average precision), macro_average_precision. Empty where M is 0.
    """

    labelled: NDArray[np.bool_] = field(repr=False)
    actual: NDArray[np.bool_] = field(repr=False)
    predicted: NDArray[np.bool_] = field(repr=False)
    silent: NDArray[np.bool_] = field(repr=False)
    loss: NDArray[np.float32] = field(repr=False)
    commonest: tuple[tuple[str, ...], int]
    labels: tuple[LabelFigures, ...]
    figures: dict[str, Figure]

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N,) measured rows of which every label is right."""
        return np.asarray((self.actual == self.predicted).all(axis=1) & self.labelled & ~self.silent)

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """(N,) the other measured rows."""
        return np.asarray(self.labelled & ~self.right)

    @property
    def measured(self) -> int:
        """M: rows that the figures are about."""
        return int(self.labelled.sum())
