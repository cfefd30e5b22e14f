"""Some of many rows, drawn by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def some_of(places: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Places (n,), ascending: all of them, or `most` that are drawn; the same each time."""
    if len(places) <= most:
        return places
    return np.sort(np.random.default_rng(0).choice(places, most, replace=False))
