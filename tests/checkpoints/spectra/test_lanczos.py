"""Leading singular values and vectors against numpy's decomposition."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.checkpoints.spectra.lanczos import leading
from core.checkpoints.spectra.matrix import Matrix, of_tensor


def matrix(values: np.ndarray) -> Matrix:
    made = of_tensor(torch.from_numpy(values))
    assert isinstance(made, Matrix)
    return made


@pytest.mark.parametrize("shape", [(50, 400), (400, 50), (200, 200)])
@pytest.mark.parametrize("count", [1, 3, 16])
def test_values_and_vectors(shape: tuple[int, int], count: int) -> None:
    values = np.random.default_rng(0).standard_normal(shape) * np.linspace(1, 3, shape[1])
    found = leading(matrix(values), count)
    _, wanted, right = np.linalg.svd(values)
    assert found.values == pytest.approx(wanted[:count], rel=1e-5)
    overlap = np.linalg.svd(found.vectors @ right[:count].T, compute_uv=False)
    assert overlap.min() > 1 - 1e-3


def test_a_matrix_of_low_rank_ends_early_and_more_values_than_it_has_are_zero() -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((300, 2)) @ rng.standard_normal((2, 200))
    found = leading(matrix(values), 5)
    wanted = np.linalg.svd(values, compute_uv=False)
    assert found.values[:2] == pytest.approx(wanted[:2], rel=1e-6)
    assert (found.values[2:] < 1e-3 * wanted[0]).all()


def test_equal_values_do_not_confuse_it() -> None:
    assert leading(matrix(np.eye(64))).values[0] == pytest.approx(1, rel=1e-9)


def test_the_same_twice() -> None:
    values = np.random.default_rng(2).standard_normal((100, 80)).astype(np.float32)
    assert (leading(matrix(values), 4).vectors == leading(matrix(values), 4).vectors).all()
