"""What each bit pattern of a dtype of 8 or 16 bits stands for: few enough to count instead of computing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: torch's names of the dtypes that safetensors stores.
TORCH_NAMES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2",
    "U16": "uint16", "I16": "int16", "F16": "float16", "BF16": "bfloat16", "U32": "uint32", "I32": "int32",
    "F32": "float32", "U64": "uint64", "I64": "int64", "F64": "float64",
}  # fmt: skip
#: numpy's types of what is wider than 16 bits.
WIDE = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "U32": "<u4", "I64": "<i8", "U64": "<u8"}


@dataclass(frozen=True, eq=False)
class Codes:
    """A dtype's alphabet.

    Attributes:
        bits: 8 or 16.
        order: the codes of finite values, ascending by value.
        values: their values, float64.
        nan, inf: the codes of what is not finite.
    """

    bits: int
    order: NDArray[np.int64]
    values: NDArray[np.float64]
    nan: NDArray[np.int64]
    inf: NDArray[np.int64]


@lru_cache
def codes(dtype: str) -> Codes:
    """The alphabet of a dtype by safetensors' name.

    Raises:
        KeyError: a dtype that is wider, or unknown.
    """
    words = np.arange(2**16, dtype=np.uint16)
    octets = np.arange(2**8, dtype=np.uint8)
    made = {
        "F16": lambda: words.view(np.float16),
        "BF16": lambda: (words.astype(np.uint32) << 16).view(np.float32),
        "I16": lambda: words.view(np.int16),
        "U16": lambda: words,
        "I8": lambda: octets.view(np.int8),
        "U8": lambda: octets,
        "BOOL": lambda: octets != 0,
        "F8_E5M2": lambda: (octets.astype(np.uint16) << 8).view(np.float16),
        "F8_E4M3": lambda: _e4m3(octets),
    }[dtype]()
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        values = made.astype(np.float64)
    finite = np.flatnonzero(np.isfinite(values))
    order = finite[np.argsort(values[finite], kind="stable")]
    nan, inf = np.flatnonzero(np.isnan(values)), np.flatnonzero(np.isinf(values))
    return Codes(len(values).bit_length() - 1, order, values[order], nan, inf)


def _e4m3(octets: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Four bits of exponent (bias 7), three of mantissa, no infinity, NaN at all ones (Micikevicius et al. 2022)."""
    exponent, mantissa = (octets >> 3) & 15, octets & 7
    size = np.where(exponent == 0, mantissa / 8 * 2.0**-6, (1 + mantissa / 8) * 2.0 ** (exponent.astype(float) - 7))
    size[(octets & 127) == 127] = np.nan
    return np.where(octets >> 7, -size, size)
