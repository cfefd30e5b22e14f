"""Two texts compared, and the fewest words whose absence changes the verdict. Arrays are read only."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.results.arrays import Floats
from core.results.text_units import Reading

EditKind = Literal["same", "removed", "added", "replaced"]


@dataclass(frozen=True)
class Edit:
    """One step from text A to text B: `before` stands in A, `after` in B; either may be empty.

    The `before` of all edits joined are A, the `after` joined are B.
    """

    kind: EditKind
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class TwoTexts:
    """What the same candidate says of two texts.

    Attributes:
        a, b: the readings of either.
        edits: from A to B, word by word.
        logits: (2, K), A then B.
        probabilities: (2, K); NaN for a regression.
    """

    a: Reading
    b: Reading
    edits: tuple[Edit, ...]
    logits: Floats
    probabilities: Floats

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes."""
        return self.a.prediction.labels

    @property
    def verdicts(self) -> tuple[str, str]:
        """Of A and of B."""
        return self.a.prediction.label, self.b.prediction.label

    @property
    def has_probabilities(self) -> bool:
        """Whether the outputs are classes; a regression has values only."""
        return not bool(np.isnan(self.probabilities).any())

    @property
    def change(self) -> Floats:
        """(K,) B less A: of probabilities, for a regression of outputs."""
        values = self.probabilities if self.has_probabilities else self.logits
        return np.asarray(values[1] - values[0])

    @property
    def logit_change(self) -> Floats:
        """(K,) logits of B less those of A."""
        return np.asarray(self.logits[1] - self.logits[0])

    def leading(self, most: int) -> list[int]:
        """Classes whose probability changes most, by falling size."""
        return [int(k) for k in np.argsort(-np.abs(self.change), kind="stable")[:most]]


@dataclass(frozen=True)
class FlipCost:
    """What a search for the minimal flip takes at most: texts, and seconds from one measured batch."""

    texts: int
    seconds: float


@dataclass(frozen=True, eq=False)
class MinimalFlip:
    """The fewest words found whose removal changes the verdict. At least one word stays.

    Attributes:
        words: how many words there are to take away.
        removed: places in `Reading.words`, in the order of the text; empty when nothing found flips it.
        text: what stays; the whole text when nothing flips it.
        verdict, label: before and after.
        logits: (2, K) before and after. probabilities: (2, K).
        tried: texts that went through the model, of at most `budget`.
        complete: every removal of up to so many words was tried.
        irreducible: no single word of `removed` can be put back.
    """

    words: int
    removed: tuple[int, ...]
    text: str
    labels: tuple[str, ...]
    verdict: str
    label: str
    logits: Floats
    probabilities: Floats
    tried: int
    budget: int
    complete: int
    irreducible: bool

    @property
    def found(self) -> bool:
        """Whether some removal changes the verdict."""
        return bool(self.removed)

    @property
    def proven(self) -> bool:
        """Whether every smaller removal was tried; when nothing was found, whether every removal was."""
        return len(self.removed) <= self.complete + 1 if self.found else self.complete >= self.words - 1


def spans(edits: tuple[Edit, ...], side: Literal["before", "after"]) -> list[tuple[int, int, EditKind]]:
    """Start, end and kind of each piece of one of the texts, in characters; empty pieces left out."""
    lengths = [len(getattr(edit, side)) for edit in edits]
    ends = list(itertools.accumulate(lengths))
    return [(e - n, e, edit.kind) for n, e, edit in zip(lengths, ends, edits, strict=True) if n]
