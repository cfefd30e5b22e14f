"""What the mask does to one prediction: the same text read causally and in both directions. Arrays are read only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.results.arrays import Floats
from core.results.position_parts import PositionParts


@dataclass(frozen=True, eq=False)
class MaskSide:
    """One text under one mask.

    Attributes:
        logits, probabilities: (K,), the model's own under this mask.
        position_parts: every class's logit, split over the tokens.
    """

    mask: str
    label: str
    logits: Floats
    probabilities: Floats
    position_parts: PositionParts


@dataclass(frozen=True, eq=False)
class MaskEffect:
    """The same text read causally (each token sees itself and what is before it) and in both directions.

    Attributes:
        trained: "causal" or "bidirectional", as the candidate is set up.
        window: tokens that the layers with a sliding window see on either side; None without such layers.
        moved: (T,) length of the change of each token's state, as a share of the causal state's length.
    """

    causal: MaskSide
    bidirectional: MaskSide
    trained: str
    window: int | None
    moved: Floats

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes."""
        return self.causal.position_parts.labels

    @property
    def has_probabilities(self) -> bool:
        """Whether the outputs are classes; a regression has values only."""
        return not bool(np.isnan(self.causal.probabilities).any())

    def leading(self, most: int) -> list[int]:
        """Classes by how near they come to the first place under either mask."""
        gaps = np.stack([side.logits - side.logits.max() for side in (self.causal, self.bidirectional)])
        return [int(k) for k in np.argsort(-gaps.max(axis=0), kind="stable")[:most]]

    def added(self, label: str) -> Floats:
        """(T,) what reading ahead adds to each token's contribution to a class; sums to the change of its logit."""
        return self.bidirectional.position_parts.of(label) - self.causal.position_parts.of(label)
