"""The largest singular values of a matrix by Lanczos' method on its Gram matrix, which is never made."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from core.checkpoints.spectra.gram_kernels import TOGETHER, gram_product, gram_product_bfloat16
from core.checkpoints.spectra.matrix import Matrix

#: Bound on the relative error of a squared singular value; twice that of the singular value.
TOLERANCE = 1e-5
MOST_STEPS = 200
#: A matrix that is smaller than this goes through all of its steps: a start that hardly has the leading vector in it
#: can settle on the next one for a while, and the residuals cannot tell.
_SMALL = 64
#: Steps between looks at whether it is enough.
_LOOK = 4


@dataclass(frozen=True, eq=False)
class Leading:
    """The leading singular values (k,), largest first, and right singular vectors (k, columns)."""

    values: NDArray[np.float64]
    vectors: NDArray[np.float64]


def leading(matrix: Matrix, count: int = 1, workers: int | None = None) -> Leading:
    """Singular values and right vectors, with full reorthogonalisation (Golub and Van Loan 2013, section 10.1).

    It stops when the residuals bound the relative error of every wanted squared value by `TOLERANCE`; at latest after
    `MOST_STEPS`, and ten more for each value. `workers` threads share the work, one a core if None.
    """
    count = min(count, matrix.rows, matrix.columns)
    most = min(matrix.columns, MOST_STEPS + 10 * count)
    basis = np.empty((most, matrix.columns))
    start = np.random.default_rng(0).standard_normal(matrix.columns)
    basis[0] = start / np.linalg.norm(start)
    diagonal, beside = np.zeros(most), np.zeros(most)
    workers = workers or os.cpu_count() or 1
    smaller = min(matrix.rows, matrix.columns)
    first_look = max(count, smaller if smaller < _SMALL else 0)
    with ThreadPoolExecutor(workers, "lanczos") as pool:
        for k in range(most):
            y = _product(matrix, basis[k], pool, workers)
            diagonal[k] = y @ basis[k]
            for _ in range(2):
                y -= basis[: k + 1].T @ (basis[: k + 1] @ y)
            beside[k] = np.linalg.norm(y)
            if (
                k + 1 == most
                or beside[k] <= 1e-7 * diagonal.max()
                or (k >= first_look and k % _LOOK == 0 and _enough(diagonal[: k + 1], beside[: k + 1], count))
            ):
                break
            basis[k + 1] = y / beside[k]
    values, vectors = eigh_tridiagonal(diagonal[: k + 1], beside[:k])
    requested = np.argsort(values)[::-1][:count]
    return Leading(np.sqrt(np.clip(values[requested], 0, None)) * matrix.unit, vectors[:, requested].T @ basis[: k + 1])


def _enough(diagonal: NDArray[np.float64], beside: NDArray[np.float64], count: int) -> bool:
    """Residuals r and gaps g bound the error of an eigenvalue by min(r, r² / g) (Parlett 1998, section 11.7)."""
    values, vectors = eigh_tridiagonal(diagonal, beside[:-1])
    values, last = values[::-1], np.abs(vectors[-1, ::-1])
    residuals = beside[-1] * last[: count + 1]
    gaps = values[:count] - values[1 : count + 1] - residuals[1 : count + 1]
    own = residuals[:count]
    errors = own * (own / np.maximum(np.maximum(gaps, own), 1e-300))
    return bool((errors <= TOLERANCE * values[:count]).all())


def _product(matrix: Matrix, v: NDArray[np.float64], pool: ThreadPoolExecutor, workers: int) -> NDArray[np.float64]:
    """Wᵀ (W v): (columns,)."""
    kind: Any = np.float64 if matrix.data.dtype == np.float64 else np.float32
    narrow, scale = v.astype(kind), kind(1 / matrix.unit)
    step = -(-matrix.rows // workers)

    def part(start: int) -> NDArray[np.float64]:
        rows, out = matrix.data[start : start + step], np.zeros(matrix.columns, dtype=kind)
        if matrix.is_bfloat16:
            bits = np.empty((TOGETHER, matrix.columns), dtype=np.uint32)
            gram_product_bfloat16(rows, narrow, out, bits, bits.view(np.float32))
        else:
            gram_product(rows, narrow * scale, out)
        return np.asarray(out.astype(np.float64) * scale)

    starts = range(0, matrix.rows, step)
    return np.asarray(sum(map(part, starts) if workers == 1 else pool.map(part, starts)))
