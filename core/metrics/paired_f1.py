"""Macro-F1 of two models on the same texts: whether they differ by more than chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.intervals import percentiles
from core.metrics.paired import LEVEL, RESAMPLES, SWAPS, Paired, count_of, in_blocks, p_value
from core.metrics.probabilities import Floats


def macro_f1s(label: NDArray[Any], first: NDArray[Any], second: NDArray[Any], classes: int, seed: int = 0) -> Paired:
    """Mean F1 over the classes that have or get a text, as `core.metrics.intervals.macro_f1`.

    The paired bootstrap, and a test that swaps the verdicts of each text at random (Yeh 2000). Texts with the same
    label and verdicts are drawn together, so what it costs grows with how many such cells there are.

    Args:
        label: (N,) class numbers of 0 to K - 1.
        first: (N,) verdicts; a negative one is none, and never right.
        second: (N,) the other's.
        classes: K.
        seed: the same gives the same interval and p-value.

    Raises:
        InputError: no text.
    """
    count = count_of(label)
    cells, counts = np.unique(np.stack([label, first, second]), axis=1, return_counts=True)
    one, two = (_F1(cells[0], said, classes) for said in (cells[1], cells[2]))
    chance, shares = np.random.default_rng(seed), counts / count
    seen = float(one(counts[None])[0]), float(two(counts[None])[0])

    def resampled(size: int) -> Floats:
        drawn = chance.multinomial(count, shares, size=size)
        difference: Floats = one(drawn) - two(drawn)
        return difference

    def swapped(size: int) -> Floats:
        other = chance.binomial(counts, 0.5, size=(size, len(counts)))
        kept = counts - other
        difference: Floats = one(kept, two, other) - two(kept, one, other)
        return difference

    interval = percentiles(in_blocks(resampled, RESAMPLES, len(counts) + 3 * classes), LEVEL)
    return Paired(*seen, interval, p_value(in_blocks(swapped, SWAPS, len(counts) + 3 * classes), seen[0] - seen[1]))


class _F1:
    """Macro-F1 of many weightings of C cells at once: label (C,), verdict (C,), K classes."""

    def __init__(self, label: NDArray[Any], said: NDArray[Any], classes: int) -> None:
        given = said >= 0
        self._right = _indicators(np.where(label == said, label, -1), classes)
        self._seen = _indicators(label, classes) + _indicators(np.where(given, said, -1), classes)

    def __call__(self, counts: NDArray[Any], other: _F1 | None = None, swapped: NDArray[Any] | None = None) -> Floats:
        """(R, C) texts of each cell, of which (R, C) more have the `other`'s verdicts -> (R,)."""
        right, seen = self._right @ counts.T, self._seen @ counts.T
        if other is not None and swapped is not None:
            right, seen = right + other._right @ swapped.T, seen + other._seen @ swapped.T
        f1 = np.divide(2 * right, seen, out=np.zeros(right.shape), where=seen > 0)
        mean: Floats = f1.sum(axis=0) / np.maximum((seen > 0).sum(axis=0), 1)
        return mean


def _indicators(numbers: NDArray[Any], classes: int) -> Any:
    """(K, C) sparse: 1 where a cell has the class; none where its number is negative."""
    from scipy.sparse import csr_array

    at = np.flatnonzero(numbers >= 0)
    return csr_array((np.ones(len(at)), (numbers[at], at)), shape=(classes, len(numbers)))
