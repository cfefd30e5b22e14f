"""A matrix as its file keeps it: bfloat16 stays words of 16 bits, half of what float32 would take."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.inspection.spectra.kernels import sum_of_squares, sum_of_squares_bfloat16
from core.inspection.weights.blocks import OpenFile
from core.inspection.weights.codes import codes
from core.model.safetensors_header import TensorEntry

#: Beyond these sizes squares leave float32: such a matrix is kept in float64.
SMALL, LARGE = 1e-12, 1e12
#: Values that one thread sums in one go.
_PART = 1 << 20
FLOATS = ("BF16", "F16", "F32", "F64", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ")


@dataclass(frozen=True, eq=False)
class Matrix:
    """Finite numbers, row by row.

    Attributes:
        data: (rows, columns); uint16 words where `is_bfloat16`, else float32 or float64.
        largest: the largest absolute value.
    """

    data: NDArray[Any]
    largest: float
    is_bfloat16: bool = False

    @property
    def rows(self) -> int:
        """Rows."""
        return int(self.data.shape[0])

    @property
    def columns(self) -> int:
        """Columns."""
        return int(self.data.shape[1])

    @property
    def unit(self) -> float:
        """What parts are divided by: the largest absolute value where squares could leave float64, else 1."""
        return self.largest if self.data.dtype == np.float64 and self.largest else 1.0

    def part(self, rows: slice, columns: slice, dtype: Any) -> NDArray[Any]:
        """Some of it, as a new array of float32 or float64, divided by `unit`."""
        part = self.data[rows, columns]
        values = _from_words(part) if self.is_bfloat16 else part
        return values.astype(dtype) if self.unit == 1.0 else np.asarray(np.divide(values, self.unit, dtype=dtype))

    def norm(self, workers: int | None = None) -> float:
        """Frobenius, summed in float64 by so many threads, one a core if None."""
        if not self.largest:
            return 0.0
        flat = self.data.reshape(-1)
        parts = [flat[start : start + _PART] for start in range(0, flat.size, _PART)]
        if workers == 1:
            total = sum(map(self._squares, parts))
        else:
            with ThreadPoolExecutor(workers or os.cpu_count() or 1, "norm") as pool:
                total = sum(pool.map(self._squares, parts))
        return math.sqrt(total) * self.largest

    def _squares(self, part: NDArray[Any]) -> float:
        """Sum of squares of some values, each divided by the largest."""
        if not self.is_bfloat16:
            return float(sum_of_squares(part, 1 / self.largest))
        bits = np.empty(4096, dtype=np.uint32)
        return float(sum_of_squares_bfloat16(part, bits, bits.view(np.float32))) / self.largest**2


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


def read_matrix(entry: TensorEntry, file: OpenFile) -> Matrix | str:
    """The matrix of a tensor, or why it has no spectrum.

    Raises:
        CheckpointError: the file ends too early.
    """
    raw = np.empty(entry.end - entry.start, dtype=np.uint8)
    for _ in file.blocks(entry.start, entry.end, raw):
        pass
    shape = sides(entry)
    if entry.dtype == "BF16":
        return _of_words(raw.view(np.uint16).reshape(shape))
    return _checked(_values(raw, entry.dtype).reshape(shape))


def of_tensor(tensor: Tensor) -> Matrix | str:
    """The matrix (rows, columns) in memory of a tensor of two axes, or why it has no spectrum."""
    held = tensor.detach().cpu().contiguous()
    if held.dtype == torch.bfloat16:
        return _of_words(held.view(torch.uint16).numpy())
    return _checked(held.numpy() if held.dtype in (torch.float32, torch.float64) else held.float().numpy())


def _of_words(words: NDArray[np.uint16]) -> Matrix | str:
    size = int((words & np.uint16(0x7FFF)).max())
    largest = float(np.array(size << 16, dtype=np.uint32).view(np.float32))
    if SMALL < largest < LARGE:
        return Matrix(words, largest, is_bfloat16=True)
    return _checked(_from_words(words).astype(np.float64))


def _checked(values: NDArray[Any]) -> Matrix | str:
    with np.errstate(invalid="ignore"):
        largest = max(float(values.max()), -float(values.min()))
    if not math.isfinite(largest):
        return "holds NaN or infinite values"
    if values.dtype == np.float32 and not SMALL < largest < LARGE:
        values = values.astype(np.float64)
    if largest and not 1e-300 < largest < 1e300:
        return "its values are too small or too large for float64 to square them"
    return Matrix(values, largest)


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
