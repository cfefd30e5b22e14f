"""Compiled loops over a matrix; they run without the interpreter's lock, so threads share the work.

A step of Lanczos' method is Wᵀ (W v) for a matrix W (R, C) that may have hundreds of megabytes: it takes as long as W
takes to come from memory. So W is read once, not twice: row by row, w (w · v) is added up. bfloat16 stays bfloat16 in
memory, half of what has to come, and is widened in the cache: its 16 bits are the upper ones of the float32 of the
same value.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.engine.backends.compiling import compiled

#: Rows that are multiplied together: each value of the vectors is fetched once for all of them.
TOGETHER = 4
#: Sums in any order, but NaN and infinity stay what they are.
_ANY_ORDER = {"reassoc", "contract", "nsz"}
# `fastmath=True` below also assumes finite numbers. They are: a matrix whose sum of squares is not has no spectrum.


@compiled(fastmath=True)
def gram_product(rows: Any, v: Any, out: Any) -> None:
    """out += Wᵀ (W v), each row read once: rows (R, C) of W, v and out (C,), all of one float type, finite."""
    last = rows.shape[0] - rows.shape[0] % TOGETHER
    for i in range(0, last, TOGETHER):
        _four(rows[i], rows[i + 1], rows[i + 2], rows[i + 3], v, out)
    for i in range(last, rows.shape[0]):
        row, dot = rows[i], v.dtype.type(0)
        for j in range(v.size):
            dot += row[j] * v[j]
        for j in range(v.size):
            out[j] += dot * row[j]


@compiled(fastmath=True)
def gram_product_bfloat16(words: Any, v: Any, out: Any, bits: Any, rows: Any) -> None:
    """The same for bfloat16 kept as uint16 words (R, C).

    v and out (C,) float32; bits (4, C) uint32 is room for four rows, and `rows` the same memory as float32.
    """
    for i in range(0, words.shape[0], TOGETHER):
        for k in range(TOGETHER):
            if i + k < words.shape[0]:
                for j in range(v.size):
                    bits[k, j] = np.uint32(words[i + k, j]) << np.uint32(16)
            else:
                bits[k] = np.uint32(0)
        _four(rows[0], rows[1], rows[2], rows[3], v, out)


@compiled(fastmath=True)
def _four(a: Any, b: Any, c: Any, d: Any, v: Any, out: Any) -> None:
    """out (C,) += Wᵀ (W v) for the rows a to d (C,) of W: v and out are fetched once for four of them."""
    first = second = third = fourth = v.dtype.type(0)
    for j in range(v.size):
        first += a[j] * v[j]
        second += b[j] * v[j]
        third += c[j] * v[j]
        fourth += d[j] * v[j]
    for j in range(v.size):
        out[j] += first * a[j] + second * b[j] + third * c[j] + fourth * d[j]


@compiled(fastmath=_ANY_ORDER)
def sum_of_squares(values: Any, scale: float) -> float:
    """Of values (n,), each times `scale`, in float64."""
    total = 0.0
    for value in values:
        scaled = np.float64(value) * scale
        total += scaled * scaled
    return total


@compiled(fastmath=_ANY_ORDER)
def sum_of_squares_bfloat16(words: Any, bits: Any, values: Any) -> float:
    """The same for bfloat16 as uint16 words (n,); bits (m,) uint32 is room, `values` the same memory as float32."""
    total = 0.0
    for start in range(0, words.size, bits.size):
        held = min(bits.size, words.size - start)
        for j in range(held):
            bits[j] = np.uint32(words[start + j]) << np.uint32(16)
        for j in range(held):
            total += np.float64(values[j]) * np.float64(values[j])
    return total


@compiled()
def power_law_scan(logs: Any) -> tuple[int, float, float]:
    """The tail that is closest to a power law: where it begins, its exponent, its distance.

    logs (n,): logarithms of the values, ascending. Every value above which at least two differ is tried. The exponent
    is 1 + m / sum(log x - log lowest); the distance is Kolmogorov and Smirnov's, on both sides of each step (Clauset,
    Shalizi and Newman 2009, sections 3.1 and 3.3). A tail is left as soon as it is no closer than the best: most are
    left after a few values, so that the scan is far from the n² steps that it could take.
    """
    n = logs.size
    best, start, exponent = math.inf, -1, math.nan
    above = 0.0
    for i in range(n - 1, -1, -1):
        above += logs[i]
        m = n - i
        spread = above - m * logs[i]
        if (i and logs[i - 1] == logs[i]) or spread <= 1e-9 * m:
            continue
        slope = m / spread
        distance = 0.0
        for k in range(m):
            law = 1.0 - math.exp(-slope * (logs[i + k] - logs[i]))
            distance = max(distance, law - k / m, (k + 1) / m - law)
            if distance >= best:
                break
        if distance < best:
            best, start, exponent = distance, i, 1.0 + slope
    return start, exponent, best
