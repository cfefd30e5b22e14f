"""One half of the labelled rows of a dataset: promises are fitted on one and measured on the other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.probabilities import Floats, Indicators, softmax


@dataclass(frozen=True, eq=False)
class LabelledHalf:
    """n rows: finite logits (n, K) in float64, and class numbers (n,)."""

    logits: Floats
    target: NDArray[Any]

    @cached_property
    def p(self) -> Floats:
        """(n, K) probabilities as the model states them."""
        return softmax(self.logits)

    @cached_property
    def right(self) -> Indicators:
        """(n,) whether the verdict is the label's class."""
        return np.asarray(self.logits.argmax(axis=1) == self.target)
