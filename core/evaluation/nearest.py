"""The rows whose pooled vectors are nearest by cosine, a block of them at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.tasks.progress import Progress, ignore_progress

#: Rows of a block whose cosines to all others are in memory at once: 100,000 of them take 100 MB.
_BLOCK = 128


def unit_rows(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """(N, D) in float32, each of length 1; one of zeros stays so, and has a cosine of 0 to all."""
    made = np.asarray(vectors, np.float32)
    found: NDArray[np.float32] = made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-12)
    return found


def nearest(
    queries: NDArray[np.float32],
    others: NDArray[np.float32],
    count: int,
    own: NDArray[np.int64] | None = None,
    on_progress: Progress = ignore_progress,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The places (Q, n) of the `others` (M, D) with the largest cosine to each query (Q, D), and the cosines.

    Both are rows of length 1. Nearest first; n is `count`, or as many as there are. `own` (Q,) are the queries' own
    places among the others, which are left out; None: they are not among them. Progress is told after each block.
    """
    count = max(0, min(count, len(others) - (own is not None)))
    places, cosines = np.zeros((len(queries), count), np.int64), np.zeros((len(queries), count))
    if not count:
        return places, cosines
    for start in range(0, len(queries), _BLOCK):
        part = slice(start, start + _BLOCK)
        similar = queries[part] @ others.T
        if own is not None:
            similar[np.arange(len(similar)), own[part]] = -np.inf
        best = np.argpartition(-similar, count - 1, axis=1)[:, :count]
        order = np.take_along_axis(best, np.argsort(-np.take_along_axis(similar, best, axis=1), axis=1), axis=1)
        places[part], cosines[part] = order, np.take_along_axis(similar, order, axis=1)
        on_progress(min(1.0, (start + _BLOCK) / len(queries)), "")
    return places, cosines
