"""Values of any dtype as float32 or float64, without loss; and rounded back to what another dtype can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.checkpoints.checkpoint_diff import difference_kernels
from core.checkpoints.dtype_codes import WIDE, value_table

#: Bits of the mantissa, of the dtypes that copies are rounded to and from.
MANTISSA = {"BF16": 7, "F16": 10, "F32": 23, "F64": 52}


def needs_float64(dtype: str) -> bool:
    """Whether float32 cannot hold every value. Integers beyond 2^53 are rounded even by float64."""
    return dtype in WIDE and dtype != "F32"


def widened(block: NDArray[np.uint8], dtype: str, out: NDArray[Any]) -> NDArray[Any]:
    """The elements (n,) of a block of bytes as floats, in `out`, float32 or float64 of (at least n,), or as they lie.

    `out` may only be float32 where that holds every value.
    """
    if dtype in WIDE:
        values = block.view(WIDE[dtype])
        if values.dtype == out.dtype:
            return values
        return _copied(values, out)
    if dtype in ("BF16", "F16"):
        words = block.view(np.uint16)
        widen = difference_kernels.widen_bfloat16 if dtype == "BF16" else difference_kernels.widen_float16
        place = out[: len(words)]
        exact = place if out.dtype == np.float32 else np.empty(len(words), dtype=np.float32)
        widen(words, exact.view(np.uint32))
        return place if exact is place else _copied(exact, out)
    table = value_table(dtype)
    return _copied(table[block if len(table) == 2**8 else block.view(np.uint16)], out)


def _copied(values: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
    """Values (n,) in the first n places of `out`."""
    place = out[: len(values)]
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        np.copyto(place, values)
    return place


def is_rounded(a: NDArray[Any], b: NDArray[Any], dtypes: tuple[str, str]) -> bool:
    """Whether the values of the finer of two float dtypes, rounded as torch does, are those of the coarser one.

    Not where a value became infinite: that is no rounding to live with.
    """
    if dtypes[0] == dtypes[1] or not all(dtype in MANTISSA for dtype in dtypes):
        return False
    fine, coarse, target = (a, b, dtypes[1]) if MANTISSA[dtypes[0]] > MANTISSA[dtypes[1]] else (b, a, dtypes[0])
    rounded = _rounded(fine, target)
    same = np.array_equal(rounded, coarse.astype(np.float32), equal_nan=True)
    return same and np.array_equal(np.isinf(rounded), np.isinf(fine))


def _rounded(values: NDArray[Any], dtype: str) -> NDArray[np.float32]:
    """To the nearest, ties to even; from float64 by way of float32, as torch converts."""
    with np.errstate(over="ignore", invalid="ignore"):
        single = values.astype(np.float32)
        if dtype == "F32":
            return single
        if dtype == "F16":
            return single.astype(np.float16).astype(np.float32)
    bits = single.view(np.uint32)
    retained = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)
    return np.where(np.isnan(single), single, retained.view(np.float32))
