"""Statistics of values wider than 16 bits, in two readings: moments and coarse ranks, then exact ranks and bins.

Moments are sums in float64. Quantiles are exact for float32; wider types are ranked by their nearest float32 (a
relative error of at most 6e-8, below 1e-38 an absolute one of 1e-45). Integers beyond 2^53 are rounded to float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints import counting_kernels
from core.checkpoints.dtype_codes import WIDE
from core.checkpoints.moments import NEAR, Moments, assembled, bin_edges, empty, interpolated, ranks
from core.results.weights import BINS

Blocks = Callable[[], Iterator[NDArray[np.uint8]]]

_FLOAT32_MAX = float(np.finfo(np.float32).max)


def note(dtype: str) -> str:
    """How exact the numbers of a dtype are, in words."""
    if dtype == "F32":
        return "Counts, min, max, quantiles and histogram exact; sums in float64."
    return "Counts, min, max and histogram exact; sums in float64; quantiles to 6e-8 of their size."


def statistics(blocks: Blocks, dtype: str) -> dict[str, Any]:
    """The numeric fields of `WeightStats` of a tensor; `blocks` begins a new reading each time."""
    moments, upper = Moments(), np.zeros(2**16, dtype=np.int64)
    for block in blocks():
        values = _floats(block, dtype)
        count, *parts = counting_kernels.describe(values, NEAR)
        moments.merge(Moments(count, *parts))
        counting_kernels.count_upper(_keys(values), upper)
    if moments.count == 0:
        return empty(moments.nan, moments.inf)
    requested = ranks(moments.count)
    ends = upper.cumsum()
    heads = sorted({int(np.searchsorted(ends, rank, side="right")) for rank in requested})
    rows = np.full(2**16, -1, dtype=np.int64)
    rows[heads] = np.arange(len(heads))
    lower = np.zeros((len(heads), 2**16), dtype=np.int64)
    edges, bins = bin_edges(moments.low, moments.high), np.zeros(BINS, dtype=np.int64)
    for block in blocks():
        values = _floats(block, dtype)
        counting_kernels.count_lower(_keys(values), rows, lower)
        counting_kernels.bin_values(values, edges, bins)

    def value_at(rank: int) -> float:
        head = int(np.searchsorted(ends, rank, side="right"))
        before = int(ends[head - 1]) if head else 0
        tail = int(np.searchsorted(lower[rows[head]].cumsum(), rank - before, side="right"))
        return min(max(_value((head << 16) | tail), moments.low), moments.high)

    return assembled(moments, interpolated(moments.count, value_at), edges, bins)


def _floats(block: NDArray[np.uint8], dtype: str) -> NDArray[Any]:
    """A block as float32 or float64."""
    values = block.view(WIDE[dtype])
    return values if dtype == "F32" else values.astype(np.float64)


def _keys(values: NDArray[Any]) -> NDArray[np.uint32]:
    """Finite values as uint32 in the order of their size: the bits of the float32, those of negatives inverted."""
    finite = values[np.isfinite(values)]
    bits = np.clip(finite, -_FLOAT32_MAX, _FLOAT32_MAX).astype(np.float32).view(np.uint32)
    return np.asarray(np.where(bits >> 31, ~bits, bits | np.uint32(0x80000000)), dtype=np.uint32)


def _value(key: int) -> float:
    bits = key & 0x7FFFFFFF if key & 0x80000000 else ~key & 0xFFFFFFFF
    return float(np.array([bits], dtype=np.uint32).view(np.float32)[0])
