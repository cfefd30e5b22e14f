"""The texts of an evaluated dataset as points in a plane, by what the model made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

#: Points that are drawn at most; of more texts so many are drawn by chance.
MOST_POINTS = 4000


class Projection(StrEnum):
    """How pooled vectors become points."""

    PCA = "pca"
    TSNE = "tsne"


@dataclass(frozen=True)
class TextMap:
    """n of the evaluated rows as points.

    Attributes:
        of: rows with finite pooled vectors.
        explained: share of the vectors' variance along each axis; None where axes mean nothing.
        places: (n,) which of the evaluated rows, ascending.
        points: (n, 2) where they lie.
    """

    projection: Projection
    of: int
    explained: tuple[float, float] | None
    places: NDArray[np.int64] = field(repr=False)
    points: NDArray[np.float32] = field(repr=False)
