"""Compiled loops over two blocks of the same elements; they run without the interpreter's lock.

Where sums may be taken in any order, the compiler takes several at once; each stays a float64. Of a pair of blocks
`differences` is tried first, which is vectorised because it asks nothing of an element; a NaN or an infinity shows in
its sums, and then the block is gone through again, by `guarded_differences`. In weights that happens next to never.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.engine.backends.compiling import compiled

_ANY_ORDER = {"reassoc", "contract", "nsz"}


@compiled(fastmath=_ANY_ORDER)
def differences(a: Any, b: Any, sums: Any) -> None:
    """Adds to sums (8,) of two arrays (n,): unequal, left out, and of d = b - a: max |d|, |d|, d², a², b², a b.

    Only where all is finite: the sum of a² and b² shows it, which is not finite otherwise. Then nothing is left out.
    """
    unequal: Any = 0
    largest: Any = np.int64(0)  # the bits of a float64: those of values that are not negative are in their order
    total = squares = own = other = product = 0.0
    for i in range(a.size):
        x, y = np.float64(a[i]), np.float64(b[i])
        d = abs(y - x)
        unequal += np.int64(d != 0.0)
        largest = max(largest, np.float64(d).view(np.int64))
        total += d
        squares += d * d
        own += x * x
        other += y * y
        product += x * y
    bits = sums.view(np.int64)
    bits[2] = max(bits[2], largest)
    sums[0] += unequal
    sums[3] += total
    sums[4] += squares
    sums[5] += own
    sums[6] += other
    sums[7] += product


@compiled()
def guarded_differences(a: Any, b: Any, sums: Any) -> None:
    """The same with NaN and infinities among the elements: their pairs are counted and in no sum."""
    for i in range(a.size):
        x, y = np.float64(a[i]), np.float64(b[i])
        both_nan = np.isnan(x) and np.isnan(y)
        if x != y and not both_nan:
            sums[0] += 1
        if not (np.isfinite(x) and np.isfinite(y)):
            sums[1] += 1
            continue
        d = abs(y - x)
        sums[2] = max(sums[2], d)
        sums[3] += d
        sums[4] += d * d
        sums[5] += x * x
        sums[6] += y * y
        sums[7] += x * y


@compiled(fastmath=_ANY_ORDER)
def squares(a: Any) -> float:
    """The sum of squares of (n,)."""
    total = 0.0
    for i in range(a.size):
        x = np.float64(a[i])
        total += x * x
    return total


@compiled()
def widen_bfloat16(words: Any, bits: Any) -> None:
    """Words (n,) uint16 to the bits (n,) uint32 of the same values as float32: theirs are its upper half."""
    for i in range(words.size):
        bits[i] = np.uint32(words[i]) << np.uint32(16)


@compiled()
def widen_float16(words: Any, bits: Any) -> None:
    """Words (n,) uint16 to the bits (n,) uint32 of the same values as float32, subnormal ones included (IEEE 754).

    Both have sign, exponent, fraction. The fraction grows from 10 bits to 23, so all moves up by 13; the bias of the
    exponent grows from 15 to 127, by 112. An exponent of ones stays one (infinity, NaN); with one of zeros the value is
    the fraction times 2^-24.
    Computed for every word and then chosen, which becomes a vector where branches would not.
    """
    for i in range(words.size):
        word = np.uint32(words[i])
        exponent = word & np.uint32(0x7C00)
        subnormal = np.float32(np.float32(np.int32(word & np.uint32(0x3FF))) * np.float32(2.0**-24))
        moved = np.uint32(((word & np.uint32(0x7FFF)) << np.uint32(13)) + np.uint32(112 << 23))
        moved = np.uint32(moved | np.uint32(0x7F800000)) if exponent == np.uint32(0x7C00) else moved
        moved = subnormal.view(np.uint32) if exponent == np.uint32(0) else moved
        bits[i] = np.uint32(moved | ((word & np.uint32(0x8000)) << np.uint32(16)))
