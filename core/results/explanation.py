"""What is inside one prediction: pooling, contributions, depth. One text, one candidate; arrays are read only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.results.verdict import Prediction

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Unit:
    """A piece of the text that is shown and counted as one: a word, or a token with all of its characters.

    Attributes:
        text: `original[start:end]`; the name of a special token (BOS), which covers nothing.
        tokens: positions of the tokens that make it up, in order; never empty.
    """

    text: str
    start: int
    end: int
    tokens: tuple[int, ...]

    @property
    def special(self) -> bool:
        """Whether it stands for a special token and not for characters of the text."""
        return self.start == self.end


@dataclass(frozen=True)
class Reading:
    """A prediction with the text cut into words and into tokens.

    `words` and `pieces` partition the token positions: each token belongs to exactly one unit of either.
    A piece is one token, or several that share characters (the bytes of an emoji).
    """

    prediction: Prediction
    words: tuple[Unit, ...]
    pieces: tuple[Unit, ...]


@dataclass(frozen=True, eq=False)
class Pooling:
    """How much each token weighed in the vector that the head saw.

    Attributes:
        weights: (T,), sum 1. For gem the share of each token in the gradient of the pooled vector, summed over
            dimensions: what a small change of that token's state would move.
        meaning: "weight" or "gradient share".
        clamped: (T,), share of dimensions below eps, which gem cannot tell apart; None for other poolers.
        title: the pooler as a person reads it.
        says: what that pooler does, in a sentence or two.
    """

    pooler: str
    weights: Floats
    meaning: str
    clamped: Floats | None
    title: str = ""
    says: str = ""

    @property
    def effective_tokens(self) -> float:
        """exp of the entropy of the weights: 1 (one token decides) to T (all weigh the same)."""
        return effective_count(self.weights)

    @property
    def clamped_share(self) -> float | None:
        """Share of all dimensions and tokens that were clamped; None for other poolers than gem."""
        return None if self.clamped is None else float(self.clamped.mean())


@dataclass(frozen=True, eq=False)
class PoolerVerdict:
    """What one pooler makes of the hidden states, with the head that was trained with another or with it.

    `trained` tells whether this pooler and this head were trained together.
    """

    pooling: Pooling
    trained: bool
    label: str
    probabilities: Floats


@dataclass(frozen=True, eq=False)
class Contributions:
    """The logit of every class, split over the tokens.

    It is a split over positions after the backbone, where each state already holds its context: no statement
    about causes among words.

    Attributes:
        values: (K, T). Row k sums to `sums[k]`.
        logits: (K,), the model's own.
        exact: whether `sums` equals `logits` by the form of the model (a linear head); otherwise `values` is a
            linearisation of the head at the pooled vector, and `gaps` says what it leaves out.
        method: how the split was made, in words.
    """

    labels: tuple[str, ...]
    values: Floats
    logits: Floats
    exact: bool
    method: str

    @property
    def sums(self) -> Floats:
        """(K,) sums over tokens."""
        return np.asarray(self.values.sum(axis=1))

    @property
    def gaps(self) -> Floats:
        """(K,) model's logit less the sum: rounding when exact, else what the linearisation leaves out."""
        return np.asarray(self.logits - self.sums)

    def of(self, label: str) -> Floats:
        """(T,) contributions to one class."""
        return np.asarray(self.values[self.labels.index(label)])

    def between(self, label: str, other: str) -> Floats:
        """(T,) contributions to the lead of one class over another; sums to the difference of their logits."""
        return self.of(label) - self.of(other)


@dataclass(frozen=True, eq=False)
class Lens:
    """Pooler and head applied to the states below each layer and above the last.

    Attributes:
        logits: (L + 1, K); row 0 reads the embeddings, row i what leaves layer i, each through the final norm.
        probabilities: (L + 1, K); softmax, or sigmoid with several labels; NaN for a regression.
        final_difference: largest difference between the last row and the model's own logits.
    """

    labels: tuple[str, ...]
    logits: Floats
    probabilities: Floats
    final_difference: float

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The class with the largest logit at each depth, L + 1 of them."""
        return tuple(self.labels[i] for i in self.logits.argmax(axis=1))

    @property
    def decided_at(self) -> int:
        """The first depth from which the final verdict stays: 0 (the embeddings) to L."""
        verdicts = self.verdicts
        return next(d for d in range(len(verdicts)) if len(set(verdicts[d:])) == 1)


def effective_count(weights: Floats) -> float:
    """exp(-sum w ln w) of weights that sum to 1."""
    positive = np.asarray(weights, dtype=np.float64)
    positive = positive[positive > 0]
    return float(math.exp(-(positive * np.log(positive)).sum())) if len(positive) else 0.0


def by_unit(values: Floats, units: tuple[Unit, ...]) -> Floats:
    """(..., T) values of tokens -> (..., U), summed within each unit."""
    return np.stack([values[..., list(unit.tokens)].sum(axis=-1) for unit in units], axis=-1)
