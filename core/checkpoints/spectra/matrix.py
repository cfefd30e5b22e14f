"""A matrix as its file keeps it: bfloat16 stays words of 16 bits, half of what float32 would take."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.checkpoints.dtype_codes import codes
from core.checkpoints.reader import OpenFile
from core.checkpoints.spectra.gram_kernels import sum_of_squares, sum_of_squares_bfloat16
from core.files.safetensors_headers import TensorEntry

#: Beyond these sizes (of a typical value, of all together) squares leave float32: it is kept in float64.
SMALL, LARGE = 1e-12, 1e12
#: Values that one thread sums, and bytes that it reads, in one go.
_PART = 1 << 20
NOT_FINITE = "holds NaN or infinite values"
T = TypeVar("T")
FLOATS = ("BF16", "F16", "F32", "F64", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ")


@dataclass(frozen=True, eq=False)
class Matrix:
    """Finite numbers, row by row.

    Attributes:
        data: (rows, columns); uint16 words where `is_bfloat16`, else float32 or float64.
        norm: Frobenius, summed in float64.
        unit: what parts are divided by: the largest absolute value where squares could leave float64, else 1.
    """

    data: NDArray[Any]
    norm: float
    unit: float = 1.0
    is_bfloat16: bool = False

    @property
    def rows(self) -> int:
        """Rows."""
        return int(self.data.shape[0])

    @property
    def columns(self) -> int:
        """Columns."""
        return int(self.data.shape[1])

    def part(self, rows: slice, columns: slice, dtype: Any) -> NDArray[Any]:
        """Some of it, as a new array of float32 or float64, divided by `unit`."""
        part = self.data[rows, columns]
        values = _from_words(part) if self.is_bfloat16 else part
        return values.astype(dtype) if self.unit == 1.0 else np.asarray(np.divide(values, self.unit, dtype=dtype))


def is_matrix(entry: TensorEntry) -> bool:
    """Whether a tensor has a spectrum: floats in two axes or more, at least two rows and columns."""
    rows, columns = sides(entry)
    return entry.dtype in FLOATS and rows > 1 and columns > 1


def sides(entry: TensorEntry) -> tuple[int, int]:
    """Rows and columns of a tensor as a matrix: first axis, all others; (n, 1) for a vector."""
    if not entry.shape:
        return 1, 1
    return entry.shape[0], math.prod(entry.shape[1:])


def needed(entry: TensorEntry, *, full: bool) -> int:
    """Bytes that reading it and finding its spectrum takes at most."""
    rows, columns = sides(entry)
    width = 2 if entry.dtype == "BF16" else 8 if entry.dtype == "F64" else 4
    held = rows * columns * width + (entry.end - entry.start if width != 2 else 0)
    return held + (24 * min(rows, columns) ** 2 + 2**26 if full else 1600 * columns)


def read_matrix(entry: TensorEntry, file: OpenFile, workers: int | None = None) -> Matrix | str:
    """The matrix of a tensor, read by so many threads (one a core if None); or why it has no spectrum.

    Raises:
        CheckpointError: the file ends too early.
    """
    raw = np.empty(entry.end - entry.start, dtype=np.uint8)

    def read(start: int) -> None:
        part = raw[start : start + _PART]
        for _ in file.blocks(entry.start + start, entry.start + start + len(part), part):
            pass

    _spread(read, range(0, len(raw), _PART), workers)
    if entry.dtype == "BF16":
        return _of_words(raw.view(np.uint16).reshape(sides(entry)), workers)
    return of_values(_values(raw, entry.dtype).reshape(sides(entry)), workers)


def of_tensor(tensor: Tensor) -> Matrix | str:
    """The matrix (rows, columns) in memory of a tensor of two axes, or why it has no spectrum."""
    held = tensor.detach().cpu().contiguous()
    if held.dtype == torch.bfloat16:
        return _of_words(held.view(torch.uint16).numpy(), None)
    return of_values(held.numpy() if held.dtype in (torch.float32, torch.float64) else held.float().numpy(), None)


def _of_words(words: NDArray[np.uint16], workers: int | None) -> Matrix | str:
    """bfloat16: as it is where its squares keep to float32, else in float64."""
    flat = words.reshape(-1)

    def squares(start: int) -> float:
        bits = np.empty(4096, dtype=np.uint32)
        return float(sum_of_squares_bfloat16(flat[start : start + _PART], bits, bits.view(np.float32)))

    norm = math.sqrt(sum(_spread(squares, range(0, flat.size, _PART), workers)))
    if not math.isfinite(norm):
        return NOT_FINITE
    if SMALL * math.sqrt(flat.size) < norm < LARGE:
        return Matrix(words, norm, is_bfloat16=True)
    return of_values(_from_words(words).astype(np.float64), workers)


def of_values(values: NDArray[Any], workers: int | None) -> Matrix | str:
    """The matrix of values (rows, columns), or why it has no spectrum.

    float32 as it is where its squares keep to float32; else float64, with its largest value as unit.
    """
    if values.dtype == np.float32:
        norm = _norm(values, 1.0, workers)
        if not math.isfinite(norm):
            return NOT_FINITE
        if SMALL * math.sqrt(values.size) < norm < LARGE:
            return Matrix(values, norm)
        values = values.astype(np.float64)
    largest = max(float(values.max()), -float(values.min()))
    if not math.isfinite(largest):
        return NOT_FINITE
    if largest and not 1e-300 < largest < 1e300:
        return "its values are too small or too large for float64 to square them"
    unit = largest or 1.0
    return Matrix(values, _norm(values, 1 / unit, workers) * unit, unit)


def _norm(values: NDArray[Any], scale: float, workers: int | None) -> float:
    """Of the values times `scale`; not finite where one of them is not."""
    flat = values.reshape(-1)
    parts = range(0, flat.size, _PART)
    return math.sqrt(sum(_spread(lambda at: float(sum_of_squares(flat[at : at + _PART], scale)), parts, workers)))


def _spread(work: Callable[[int], T], starts: range, workers: int | None) -> list[T]:
    """Some pieces of work, by threads where it is worth them."""
    if workers == 1 or len(starts) == 1:
        return [work(start) for start in starts]
    with ThreadPoolExecutor(workers or os.cpu_count() or 1, "matrix") as pool:
        return list(pool.map(work, starts))


def _values(raw: NDArray[np.uint8], dtype: str) -> NDArray[Any]:
    match dtype:
        case "F64":
            return raw.view(np.float64)
        case "F32":
            return raw.view(np.float32)
        case "F16":
            return raw.view(np.float16).astype(np.float32)
        case _:  # float8
            alphabet = codes(dtype)
            table = np.full(256, np.nan, dtype=np.float32)
            table[alphabet.order] = alphabet.values
            return np.asarray(table[raw])


def _from_words(words: NDArray[np.uint16]) -> NDArray[np.float32]:
    return (words.astype(np.uint32) << np.uint32(16)).view(np.float32)
