"""What would be said after each layer. Arrays are read only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.results.arrays import Floats


@dataclass(frozen=True, eq=False)
class Lens:
    """Pooler and head applied to the states below each layer and above the last.

    Attributes:
        logits: (L + 1, K); row 0 reads the embeddings, row i what leaves the i-th layer, which is layer i - 1
            as tensors count them; each through the final norm.
        probabilities: (L + 1, K); softmax, or sigmoid with several labels; NaN for a regression.
        final_difference: largest difference between the last row and the model's own logits.
    """

    labels: tuple[str, ...]
    logits: Floats
    probabilities: Floats
    final_difference: float

    @property
    def has_probabilities(self) -> bool:
        """Whether the outputs are classes; a regression has values only."""
        return not bool(np.isnan(self.probabilities).any())

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The class with the largest logit at each depth, L + 1 of them."""
        return tuple(self.labels[i] for i in self.logits.argmax(axis=1))

    @property
    def decided_at(self) -> int:
        """How many layers are passed when the final verdict stays: 0 (the embeddings) to L."""
        verdicts = self.verdicts
        return next(d for d in range(len(verdicts)) if len(set(verdicts[d:])) == 1)
