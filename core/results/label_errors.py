"""Rows of a dataset whose label is likely wrong, each with what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

#: Rows that lie nearest to each, at most.
NEIGHBOURS = 5


@dataclass(frozen=True)
class LabelErrorReport:
    """M rows of an evaluation, the likeliest first.

    Attributes:
        classes: the model's, in its order.
        looked_at: rows with a label of the model's and a verdict.
        cross_fitted: probabilities are of heads refitted without the row; else of the model itself.
        places: (M,) which of the evaluated rows.
        label, suggested: (M,) class numbers: as labelled, and the most probable one.
        of_label, of_suggested: (M,) their probabilities.
        neighbours: (R, n) of the first R rows, 1,000 at most: the evaluated rows whose pooled vectors are nearest by
            cosine, nearest first; n = 0 where vectors are not kept.
        similarity: (R, n) their cosines.
    """

    classes: tuple[str, ...]
    looked_at: int
    cross_fitted: bool
    places: NDArray[np.int64] = field(repr=False)
    label: NDArray[np.int64] = field(repr=False)
    suggested: NDArray[np.int64] = field(repr=False)
    of_label: NDArray[np.float64] = field(repr=False)
    of_suggested: NDArray[np.float64] = field(repr=False)
    neighbours: NDArray[np.int64] = field(repr=False)
    similarity: NDArray[np.float64] = field(repr=False)

    def without(self, rows: NDArray[np.bool_]) -> LabelErrorReport:
        """The same of fewer rows: (M,) which are left out."""
        kept, near = ~rows, ~rows[: len(self.neighbours)]
        parts = {
            name: getattr(self, name)[kept] for name in ("places", "label", "suggested", "of_label", "of_suggested")
        }
        return replace(self, **parts, neighbours=self.neighbours[near], similarity=self.similarity[near])
