"""Logits split over tokens. Arrays are read only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.results.arrays import Floats


@dataclass(frozen=True, eq=False)
class PositionParts:
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
        """(T,) parts to one class."""
        return np.asarray(self.values[self.labels.index(label)])

    def between(self, label: str, other: str) -> Floats:
        """(T,) parts to the lead of one class over another; sums to the difference of their logits."""
        return self.of(label) - self.of(other)
