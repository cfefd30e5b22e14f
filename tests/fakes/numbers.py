"""Numbers made of words: the same for the same words, in every process."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np

from core.results import Floats


def share(*key: object) -> float:
    """From 0 up to 1."""
    return zlib.crc32("|".join(map(str, key)).encode(errors="replace")) / 2**32


def shares(names: Iterable[object], *key: object) -> Floats:
    """(N,) one a name, from 0 up to 1."""
    return np.array([share(*key, name) for name in names], dtype=np.float64)


def normal(shape: tuple[int, ...], *key: object) -> Floats:
    """Of this shape, from a normal distribution."""
    seed = zlib.crc32("|".join(map(str, key)).encode(errors="replace"))
    return np.random.default_rng(seed).normal(size=shape)
