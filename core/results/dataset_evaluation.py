"""How well a classifier does on a whole dataset, row by row and in figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.results.answered_rows import AnsweredRows
from core.results.calibration import Calibration
from core.results.figure import Figure

#: The class number of a row without a class: no label of the model's, or no verdict, which is never right.
NO_CLASS = -1


@dataclass(frozen=True)
class Outcomes:
    """Rows by what is done with them when verdicts below a probability are rejected."""

    right_kept: int
    right_rejected: int
    wrong_rejected: int
    wrong_kept: int


@dataclass(frozen=True)
class Confusion:
    """Rows of one class that were given another: `count` of them, of `of` rows of that class."""

    actual: int
    predicted: int
    count: int
    of: int


@dataclass(frozen=True)
class DatasetEvaluation(AnsweredRows):
    """A dataset answered by one pair. N rows were answered, the model has K classes.

    Attributes:
        actual: (N,) each row's class by its label; `NO_CLASS` where the model has no such class.
        predicted: (N,) the verdict's; `NO_CLASS` where a logit is not finite.
        probability, margin: (N,) the verdict's probability, and its lead over the next; NaN without a verdict.
        loss: (N,) -log of the probability of the label's class; NaN without one.
        rank: (N,) place of the label's class among all by falling logit, from 1; 0 without one.
        confusion: (K, K) rows by actual and predicted class, of those that have both.
        figures: by name: accuracy, balanced_accuracy, macro_f1, weighted_f1, top_3, log_loss, brier,
            calibration_error (15 bins of equal width), sure_and_wrong. Over the M rows that have a label of the
            model's; one without a verdict counts as wrong.
        calibration: by which probabilities were stated; None where they are the model's own.
        sure: from which probability on a verdict is called sure.
    """

    actual: NDArray[np.int32] = field(repr=False)
    predicted: NDArray[np.int32] = field(repr=False)
    probability: NDArray[np.float32] = field(repr=False)
    margin: NDArray[np.float32] = field(repr=False)
    loss: NDArray[np.float32] = field(repr=False)
    rank: NDArray[np.int32] = field(repr=False)
    confusion: NDArray[np.int64] = field(repr=False)
    figures: dict[str, Figure]
    sure: float
    calibration: Calibration | None = None

    @property
    def temperature(self) -> float:
        """By which logits were divided before they became probabilities."""
        return self.calibration.temperature if self.calibration else 1.0

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """(N,) rows with a label of the model's."""
        return np.asarray(self.actual != NO_CLASS)

    @property
    def right(self) -> NDArray[np.bool_]:
        """(N,) rows whose verdict is the label's class."""
        return np.asarray((self.actual == self.predicted) & self.labelled)

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """(N,) rows with a label whose verdict is another class, or none."""
        return np.asarray(self.labelled & ~self.right)

    @property
    def measured(self) -> int:
        """M: rows that the figures are about."""
        return int(self.labelled.sum())

    def outcomes(self, threshold: float) -> Outcomes:
        """The labelled rows, where verdicts with a probability below the threshold are rejected."""
        kept, right, wrong = self.kept(threshold), self.right, self.wrong
        counts: list[Any] = [right & kept, right & ~kept, wrong & ~kept, wrong & kept]
        return Outcomes(*(int(c.sum()) for c in counts))

    def kept(self, threshold: float) -> NDArray[np.bool_]:
        """(N,) rows whose verdict is not rejected; one without a verdict always is."""
        return np.asarray(self.probability >= np.float32(threshold))

    def confusions(self) -> list[Confusion]:
        """Pairs of classes that are taken for one another, the most frequent first."""
        totals = np.bincount(self.actual[self.labelled], minlength=len(self.classes))
        off = self.confusion.copy()
        np.fill_diagonal(off, 0)
        places = np.argwhere(off)
        found = [Confusion(int(i), int(j), int(off[i, j]), int(totals[i])) for i, j in places]
        return sorted(found, key=lambda c: (-c.count, -c.count / c.of, c.actual, c.predicted))
