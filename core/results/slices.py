"""Parts of a dataset on which a model is right less often than on the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class SliceKind(StrEnum):
    """What a slice is made by."""

    COLUMN = "column"
    LENGTH = "length"
    LABEL = "label"
    FORM = "form"
    PIECES = "pieces"
    KEYWORD = "keyword"
    PAIR = "pair"
    VERDICT = "verdict"
    CONFIDENCE = "confidence"
    MATCH = "match"


class TextForm(StrEnum):
    """What the signs of a text may be."""

    DIGITS = "digits"
    QUESTION = "question"
    CAPITALS = "capitals"
    NON_ASCII = "non_ascii"


@dataclass(frozen=True)
class TextMatch:
    """What a person looks for in the texts: a part of them, whatever its case, or a regular expression."""

    text: str
    regex: bool = False


@dataclass(frozen=True)
class Condition:
    """What the rows of a slice have in common.

    Attributes:
        subject: the column's name; empty for all other kinds.
        value: a cell, a class of the model, a keyword in lower case, a `TextForm`, or what a person typed; empty for
            a range.
        above, most: a range (above, most] of words, of tokens a word, of a column's numbers or of probabilities; None:
            no bound.
    """

    kind: SliceKind
    subject: str = ""
    value: str = ""
    above: float | None = None
    most: float | None = None

    @property
    def key(self) -> str:
        """Tells it from all others of a dataset."""
        return f"{self.kind}:{self.subject}:{self.value}:{_bound(self.above)}:{_bound(self.most)}"


@dataclass(frozen=True)
class Slice:
    """Labelled rows that fulfil all conditions, beside the other labelled rows.

    Attributes:
        count, right: its rows, and those of them whose verdict is their label.
        low, high: 95 % interval of its accuracy (Wilson).
        elsewhere: accuracy on the other rows; None where there is none.
        p: two-sided p-value of the two accuracies being one: Fisher's exact test, or Pearson's chi-squared test where
            all expected counts are 5 or more; None where it was not tested.
        adjusted: the same after Benjamini and Hochberg, over all slices tested; None where it is one test alone.
        weak: less accurate than elsewhere with `adjusted` at most 0.05; a pair of conditions also than the rest of the
            rows of each of them (`p` at most 0.05).
        places: (count,) its rows as places in `DatasetEvaluation.rows`, ascending.
    """

    kind: SliceKind
    conditions: tuple[Condition, ...]
    count: int
    right: int
    low: float
    high: float
    elsewhere: float | None
    p: float | None
    adjusted: float | None
    weak: bool
    places: NDArray[np.int64] = field(repr=False)

    @property
    def accuracy(self) -> float:
        """Share of its rows that are right; NaN where it has none."""
        return self.right / self.count if self.count else float("nan")

    @property
    def difference(self) -> float | None:
        """Accuracy less that elsewhere; None where one of the two is not known."""
        return None if self.elsewhere is None or not self.count else self.accuracy - self.elsewhere

    @property
    def key(self) -> str:
        """Tells it from all others of a dataset."""
        return "&".join(condition.key for condition in self.conditions)


@dataclass(frozen=True)
class SliceReport:
    """Slices of the M labelled rows of a dataset.

    Attributes:
        slices: the best of each kind: weak ones first, then by p-value, those below the rest before those above; rows
            that stand in a better one (Jaccard index over 0.9) are left out. By verdict and confidence, which are not
            tested: by accuracy.
        measured, right: M, and how many of them are right.
        tried: slices that were tested.
        weak: how many of `slices` are.
        same: slices that were left out, for a better one has their rows.
        least: rows that a slice has at least.
    """

    slices: tuple[Slice, ...]
    measured: int
    right: int
    tried: int
    weak: int
    same: int
    least: int


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
