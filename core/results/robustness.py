"""Which harmless changes of a text change the answer to it, on the texts of a dataset."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.results.dataset_evaluation import DatasetEvaluation

#: Rows that are tried at most; of more so many are drawn.
MOST_ROWS = 2000


class Perturbation(StrEnum):
    """A change of a text that keeps what it says."""

    SWAP = "swap"
    OMISSION = "omission"
    LOWER = "lower"
    UPPER = "upper"
    NO_PUNCTUATION = "no_punctuation"
    FINAL_SIGN = "final_sign"
    CONTRACTED = "contracted"
    WRITTEN_OUT = "written_out"
    GREETING = "greeting"
    THANKS = "thanks"
    SPACES = "spaces"
    REPLACEMENT = "replacement"


#: Those that are typos.
TYPOS = (Perturbation.SWAP, Perturbation.OMISSION)


@dataclass(frozen=True)
class Replacement:
    """What a person wants to be replaced in the texts, as whole words and whatever its case, and by what."""

    old: str
    new: str


@dataclass(frozen=True)
class RobustnessTest:
    """One change, on the n texts in which it changes something.

    A changed answer is no error by itself: it may be one wrong class in place of another, or the right one at last.

    Attributes:
        replacement: of `Perturbation.REPLACEMENT`; else None.
        low, high: 95 % Wilson interval of the share of texts whose verdict changes; 0 to 1 of no text.
        right_to_wrong, wrong_to_right, wrong_to_wrong: of the changed verdicts, by the label of their row.
        without_label: changed verdicts of rows without a label of the model's.
        shift: mean absolute change of the probability of the first verdict; NaN of no text.
        places: (n,) which of the evaluated rows, ascending.
        texts: n changed texts.
        predicted: (n,) class numbers of the verdicts on them; `NO_CLASS` where there is none.
        probability: (n,) those verdicts' probabilities.
        kept: (n,) probability that the first verdict's class has now; NaN without a verdict.
        changed: (n,) whether the verdict is another one.
    """

    perturbation: Perturbation
    replacement: Replacement | None
    low: float
    high: float
    right_to_wrong: int
    wrong_to_right: int
    wrong_to_wrong: int
    without_label: int
    shift: float
    places: NDArray[np.int64] = field(repr=False)
    texts: tuple[str, ...] = field(repr=False)
    predicted: NDArray[np.int32] = field(repr=False)
    probability: NDArray[np.float32] = field(repr=False)
    kept: NDArray[np.float32] = field(repr=False)
    changed: NDArray[np.bool_] = field(repr=False)

    @property
    def count(self) -> int:
        """n: texts in which the change changes something."""
        return len(self.places)

    @property
    def changes(self) -> int:
        """Verdicts that are another one."""
        return int(self.changed.sum())

    @property
    def rate(self) -> float:
        """Their share; NaN of no text."""
        return self.changes / self.count if self.count else float("nan")

    def shifts(self, result: DatasetEvaluation) -> NDArray[np.float32]:
        """(n,) change of the probability of the first verdict; -1 where there is no verdict any more."""
        return np.asarray(np.nan_to_num(self.kept - result.probability[self.places], nan=-1.0))


@dataclass(frozen=True)
class RobustnessReport:
    """All tests of one evaluation, the highest rate first; those on fewer than `few` texts behind the others.

    Attributes:
        of: rows with a verdict.
        looked_at: those that were tried: all, or so many that were drawn.
        asked: changed texts that the model answered.
    """

    tests: tuple[RobustnessTest, ...]
    of: int
    looked_at: int
    asked: int
    few: int = 10

    def flipped(self, *perturbations: Perturbation) -> NDArray[np.int64]:
        """Places of the evaluated rows whose verdict any of these changes, ascending; `flipped(*TYPOS)`: by a typo."""
        found = [test.places[test.changed] for test in self.tests if test.perturbation in perturbations]
        return np.unique(np.concatenate([np.zeros(0, np.int64), *found]))
