"""Every singular value of a matrix, as the square roots of the eigenvalues of its smaller Gram matrix.

That takes about half of the operations of a singular value decomposition, and the matrix is read in slices, so only
the Gram matrix is ever whole. The price: an eigenvalue is known to a share of the *largest* one, so singular values far
below the largest are not resolved; the result says where that begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.checkpoints.spectra.lanczos import leading
from core.checkpoints.spectra.matrix import Matrix

#: Up to this many rows (or columns) float64 is quicker than a decomposition in float32 anyway.
ALWAYS_DOUBLE = 2048
#: Error of small eigenvalues as a share of the largest, by the dtype of the computation: measured at 4096, times three.
#: Large ones are right to 4e-5 of their own size in float32; the largest, which is looked at most, comes from Lanczos.
ERROR = {torch.float32: 1e-6, torch.float64: 2e-13}
#: Values of one slice, and columns of one block of the Gram matrix.
_SLICE, _BLOCK = 1 << 22, 256


@dataclass(frozen=True, eq=False)
class Singular:
    """Singular values (min(rows, columns),), largest first; those above `resolution` are right to 1 % or better."""

    values: NDArray[np.float64]
    resolution: float


def singular_values(matrix: Matrix) -> Singular:
    """All of them: in float64; beyond `ALWAYS_DOUBLE` in float32 where 99 % of them are resolved so."""
    if not matrix.norm:
        return Singular(np.zeros(min(matrix.rows, matrix.columns)), 0.0)
    if min(matrix.rows, matrix.columns) > ALWAYS_DOUBLE:
        result = _in(torch.float32, matrix)
        if result.resolution <= np.quantile(result.values, 0.01):
            result.values[0] = max(float(leading(matrix).values[0]), float(result.values[1]))
            return result
    return _in(torch.float64, matrix)


def _in(dtype: torch.dtype, matrix: Matrix) -> Singular:
    with torch.inference_mode():
        eigenvalues = torch.linalg.eigvalsh(_gram(matrix, dtype), UPLO="L").flip(0).double().numpy()
    values = np.sqrt(np.clip(eigenvalues, 0, None)) * matrix.unit
    # an error d of an eigenvalue s² is one of d / 2s of s: 1 % where s² = 50 d
    return Singular(values, float(values[0]) * (50 * ERROR[dtype]) ** 0.5)


def _gram(matrix: Matrix, dtype: torch.dtype) -> Tensor:
    """(n, n) with n the smaller side; only the lower triangle is filled."""
    n = min(matrix.rows, matrix.columns)
    gram = torch.zeros(n, n, dtype=dtype)
    for part in _slices(matrix, dtype):
        for start in range(0, n, _BLOCK):
            end = min(start + _BLOCK, n)
            gram[start:end, :end].addmm_(part[:, start:end].T, part[:, :end])
    return gram


def _slices(matrix: Matrix, dtype: torch.dtype) -> Iterator[Tensor]:
    """The matrix in slices (some, n) along its longer side, divided by its unit."""
    kind = np.float32 if dtype == torch.float32 else np.float64
    whole = slice(None)
    step = max(_SLICE // min(matrix.rows, matrix.columns), 1)
    for start in range(0, max(matrix.rows, matrix.columns), step):
        some = slice(start, start + step)
        tall = matrix.rows >= matrix.columns
        part = torch.from_numpy(matrix.part(some, whole, kind) if tall else matrix.part(whole, some, kind))
        yield part if tall else part.T
