"""What each bit pattern of a dtype of 8 or 16 bits stands for: few enough to count instead of computing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: torch's names of the dtypes that safetensors stores.
TORCH_NAMES = {
    "BOOL": "bool",
    "U8": "uint8",
    "I8": "int8",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F8_E8M0": "float8_e8m0fnu",
    "U16": "uint16",
    "I16": "int16",
    "F16": "float16",
    "BF16": "bfloat16",
    "U32": "uint32",
    "I32": "int32",
    "F32": "float32",
    "U64": "uint64",
    "I64": "int64",
    "F64": "float64",
}
#: Those of numbers with a fraction; scales of powers of two are of the last.
FLOATS = ("BF16", "F16", "F32", "F64", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F8_E8M0")
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
        "F8_E4M3": lambda: _float8(octets, 4, 7, nan=(0x7F, 0xFF)),
        "F8_E4M3FNUZ": lambda: _float8(octets, 4, 8, nan=(0x80,)),
        "F8_E5M2FNUZ": lambda: _float8(octets, 5, 16, nan=(0x80,)),
        "F8_E8M0": lambda: np.where(octets == 255, np.nan, 2.0 ** (octets.astype(np.float64) - 127)),
    }[dtype]()
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        values = made.astype(np.float64)
    finite = np.flatnonzero(np.isfinite(values))
    order = finite[np.argsort(values[finite], kind="stable")]
    nan, inf = np.flatnonzero(np.isnan(values)), np.flatnonzero(np.isinf(values))
    return Codes(len(values).bit_length() - 1, order, values[order], nan, inf)


@lru_cache
def value_table(dtype: str) -> NDArray[np.float32]:
    """(codes,) what each bit pattern of a dtype of 8 or 16 bits stands for; float32 holds all of them.

    Raises:
        KeyError: a dtype that is wider, or unknown.
    """
    alphabet = codes(dtype)
    table = np.full(2**alphabet.bits, np.nan, dtype=np.float32)
    table[alphabet.order] = alphabet.values
    for code in alphabet.inf:
        table[code] = -np.inf if code >> (alphabet.bits - 1) else np.inf
    return table


def _float8(octets: NDArray[np.uint8], exponents: int, bias: int, nan: tuple[int, ...]) -> NDArray[np.float64]:
    """A sign, bits of exponent, the rest mantissa, no infinity (Micikevicius et al. 2022, Noune et al. 2022)."""
    mantissas = 7 - exponents
    exponent = (octets >> mantissas) & (2**exponents - 1)
    part = (octets & (2**mantissas - 1)) / 2**mantissas
    size = np.where(exponent == 0, part * 2.0 ** (1 - bias), (1 + part) * 2.0 ** (exponent.astype(float) - bias))
    size[np.isin(octets, nan)] = np.nan
    return np.asarray(np.where(octets >> 7, -size, size))
