"""What a pooler weighed. Arrays are read only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.results.arrays import Floats


@dataclass(frozen=True, eq=False)
class Pooling:
    """How much each token weighed in the vector that the head saw.

    Attributes:
        weights: (T,), sum 1. Where the pooler has none, what its `influence` says instead: for a generalised mean the
            share of each token in the gradient of the pooled vector, summed over dimensions.
        meaning: what the numbers are, e.g. "weight" or "gradient share".
        clamped: (T,), share of dimensions below eps, which the pooler cannot tell apart; None where it clamps none.
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
        """Share of all dimensions and tokens that were clamped; None where the pooler clamps none."""
        return None if self.clamped is None else float(self.clamped.mean())


@dataclass(frozen=True, eq=False)
class PoolerVerdict:
    """What one pooler makes of the hidden states, with the head that was trained with another or with it.

    `trained` says whether this pooler and this head were trained together.
    """

    pooling: Pooling
    trained: bool
    label: str
    probabilities: Floats
    logits: Floats


def effective_count(weights: Floats) -> float:
    """exp(-sum w ln w) of weights that sum to 1."""
    positive = np.asarray(weights, dtype=np.float64)
    positive = positive[positive > 0]
    return float(math.exp(-(positive * np.log(positive)).sum())) if len(positive) else 0.0
