"""How the head's class vectors lie to each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.results.arrays import Floats


@dataclass(frozen=True, eq=False)
class HeadGeometry:
    """The K class vectors: rows of the head's last linear layer, K of at least 2.

    Attributes:
        norms: (K,).
        cosines: (K, K), between the vectors as they are.
        apart: (K, K), between them without their mean: what all classes share moves every logit alike, and no
            probability.
        distances: (K, K), |w_a - w_b|: how far one step along the difference parts the two logits.
        hidden: whether layers stand before the last one, so that the vectors live in the space after them.
    """

    labels: tuple[str, ...]
    norms: Floats
    cosines: Floats
    apart: Floats
    distances: Floats
    hidden: bool

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Classes so that the like stand side by side: average linkage over 1 - cosine, without what all share."""
        if len(self.labels) < 3:
            return tuple(range(len(self.labels)))
        from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
        from scipy.spatial.distance import squareform

        gaps = squareform(np.clip(1 - self.apart, 0, 2), checks=False)
        return tuple(int(i) for i in leaves_list(optimal_leaf_ordering(linkage(gaps, "average"), gaps)))

    def nearest(self, k: int, *, shared: bool) -> list[int]:
        """The other classes by cosine to class k, the closest first; `shared` with what all classes have in common."""
        row = (self.cosines if shared else self.apart)[k]
        return [int(i) for i in np.argsort(-row, kind="stable") if i != k]

    def pairs(self, *, shared: bool) -> list[tuple[int, int]]:
        """All pairs of classes, the closest first."""
        values = self.cosines if shared else self.apart
        a, b = np.triu_indices(len(self.labels), 1)
        order = np.argsort(-values[a, b], kind="stable")
        return [(int(a[i]), int(b[i])) for i in order]
