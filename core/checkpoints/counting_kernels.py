"""Compiled loops over blocks of weights; they run without the interpreter's lock, so threads share the work.

Up to 16 bits a tensor holds at most 65,536 different values. Counting codes is one pass over its bytes, and everything
else (mean, moments, quantiles, histogram) follows exactly from the counts. Wider types have too many values for that:
theirs are summed (`describe`), and quantiles are found by counting the halves of sortable keys in two readings.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.engine.backends.compiling import compiled


@compiled()
def count_words(quads: Any, tables: Any) -> None:
    """Count 16-bit words that come four in a uint64: quads (n,) into tables (4, 65536) uint32.

    A table for each place in the quad, because equal neighbours would otherwise wait for each other's increment: an
    entry has to be written before it can be read again. uint32 halves what the cache must hold, and cannot overflow:
    a part (`weights.PART`) has 2^25 words.
    """
    low = np.uint64(0xFFFF)
    for quad in quads:
        tables[0, quad & low] += np.uint32(1)
        tables[1, (quad >> np.uint64(16)) & low] += np.uint32(1)
        tables[2, (quad >> np.uint64(32)) & low] += np.uint32(1)
        tables[3, quad >> np.uint64(48)] += np.uint32(1)


@compiled()
def occurring(counts: Any, order: Any) -> Any:
    """The places in `order` (n,), codes ascending by value, whose code occurs: counts (codes,) int64."""
    result = np.empty(order.size, dtype=np.int64)
    held = 0
    for place in range(order.size):
        if counts[order[place]] > 0:
            result[held] = place
            held += 1
    return result[:held]


@compiled()
def weighted_sums(values: Any, counts: Any) -> tuple[float, float, float, float, float]:
    """Mean, sums of squares and fourth powers about it, sum of squares, n: values (m,), each `counts` (m,) times.

    Sums are compensated (Neumaier 1974): their error does not grow with n. A count below 2^42 times a value of 11
    significant bits is exact in float64. Twice over the values, first for the mean: powers about 0 would cancel where
    the mean is large beside the spread.
    """
    number = counts.sum()
    totals, lost = np.zeros(4), np.zeros(4)
    mean = 0.0
    for turn in range(2):
        for i in range(values.size):
            off = values[i] - mean
            square = off * off
            terms = (counts[i] * off, counts[i] * square, counts[i] * square, counts[i] * (square * square))
            # first about 0: sum and sum of squares; then about the mean: squares and fourth powers
            for k in range(2 * turn, 2 * turn + 2):
                after = totals[k] + terms[k]
                if abs(totals[k]) >= abs(terms[k]):
                    lost[k] += (totals[k] - after) + terms[k]
                else:
                    lost[k] += (terms[k] - after) + totals[k]
                totals[k] = after
        if turn == 0:
            mean = (totals[0] + lost[0]) / number
    sums = totals + lost
    return mean, sums[2], sums[3], sums[1], float(number)


@compiled()
def describe(values: Any, near: float) -> tuple[Any, ...]:
    """n, mean, sums of 2nd to 4th powers about it, min, max of the finite values (n,); zeros, near zeros, NaN, Inf.

    Twice over one block, which the cache still holds; blocks are put together afterwards (`moments`).
    """
    count = zeros = nears = nans = infs = 0
    total, low, high = 0.0, np.inf, -np.inf
    for raw in values:
        value = np.float64(raw)
        if np.isnan(value):
            nans += 1
        elif np.isinf(value):
            infs += 1
        else:
            count += 1
            total += value
            low, high = min(low, value), max(high, value)
            zeros += int(value == 0.0)
            nears += int(abs(value) < near)
    mean = total / count if count else 0.0
    second = third = fourth = 0.0
    for raw in values:
        value = np.float64(raw)
        if np.isfinite(value):
            off = value - mean
            square = off * off
            second += square
            third += square * off
            fourth += square * square
    return count, mean, second, third, fourth, low, high, zeros, nears, nans, infs


@compiled()
def count_upper(keys: Any, tables: Any) -> None:
    """Count the upper 16 bits of uint32 keys (n,) into tables (65536,) int64."""
    for key in keys:
        tables[key >> np.uint32(16)] += 1


@compiled()
def count_lower(keys: Any, requested: Any, tables: Any) -> None:
    """Count the lower 16 bits of keys (n,) whose upper ones have a row in tables (rows, 65536).

    requested (65536,) int64 names the row; -1 for none.
    """
    for key in keys:
        row = requested[key >> np.uint32(16)]
        if row >= 0:
            tables[row, key & np.uint32(0xFFFF)] += 1


@compiled()
def bin_values(values: Any, edges: Any, counts: Any) -> None:
    """Histogram of the finite values (n,): edges (bins + 1,) ascending, counts (bins,); the last bin is closed."""
    bins = counts.size
    low, width = edges[0], edges[bins] - edges[0]
    for raw in values:
        value = np.float64(raw)
        if np.isfinite(value):
            place = int((value - low) / width * bins) if width > 0 and np.isfinite(width) else 0
            place = min(max(place, 0), bins - 1)
            # the division rounds: what it puts beside its bin is moved to where the edges say, as numpy.histogram does
            while place > 0 and value < edges[place]:
                place -= 1
            while place < bins - 1 and value >= edges[place + 1]:
                place += 1
            counts[place] += 1
