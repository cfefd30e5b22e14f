"""The bi-tempered loss against cross entropy, its authors' values, and scipy's root of the normaliser."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from torch.nn import functional

from core.config.components import BitemperedOptions
from core.model.bitempered import bitempered_loss, tempered_exp, tempered_log, tempered_softmax
from core.model.criteria import Criterion

LOGITS = torch.randn(5, 4, generator=torch.Generator().manual_seed(3)) * 3
LABELS = torch.tensor([0, 3, 1, 2, 3])


def test_bitempered_at_one_is_cross_entropy() -> None:
    wanted = functional.cross_entropy(LOGITS, LABELS, reduction="none")
    assert torch.equal(Criterion(BitemperedOptions(t1=1, t2=1))(LOGITS, LABELS), wanted)
    near = bitempered_loss(LOGITS.double(), LABELS, 1 - 1e-6, 1 + 1e-6, num_iters=50)
    torch.testing.assert_close(
        near, functional.cross_entropy(LOGITS.double(), LABELS, reduction="none"), rtol=1e-4, atol=1e-5
    )


def test_bitempered_reference_values() -> None:
    """Values that the authors' reference implementation gives for its own test inputs (google/bi-tempered-loss)."""
    labels = torch.tensor([[0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [0.2, 0.8, 0.0]])
    activations = torch.tensor([[-0.5, 0.1, 2.0], [0.1, 1.5, -5.0], [4.0, -3.0, -6.0]])
    wanted = torch.tensor([0.02301914, 0.18972909, 0.93874922])
    torch.testing.assert_close(bitempered_loss(activations, labels, 0.5, 1.5), wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("t", [1.0, 1.1, 1.5, 2.0])
def test_tempered_softmax_sums_to_one_and_ignores_a_shift(t: float) -> None:
    found = tempered_softmax(LOGITS.double(), t, num_iters=60)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(5, dtype=torch.float64), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(tempered_softmax(LOGITS.double() + 100, t, num_iters=60), found, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("t", [0.5, 1.0, 1.5])
def test_tempered_exp_undoes_tempered_log(t: float) -> None:
    values = torch.linspace(0.1, 3, 20, dtype=torch.float64)
    torch.testing.assert_close(tempered_exp(tempered_log(values, t), t), values)


def test_an_outlier_costs_a_bounded_loss() -> None:
    wrong = torch.tensor([[40.0, 0.0]])
    label = torch.tensor([1])
    assert functional.cross_entropy(wrong, label) > 39
    assert bitempered_loss(wrong, label, t1=0.5, t2=1.0)[0] < 1 / (1 - 0.5) + 1e-6


@pytest.mark.parametrize("t", [1.2, 1.5, 3.0])
def test_the_normaliser_is_the_root_that_makes_the_sum_one(t: float) -> None:
    """Probabilities are exp_t(a - n) with the one n for which they sum to 1 (eq. 3 of the paper)."""

    def exp_t(values: np.ndarray) -> np.ndarray:
        return np.maximum(0, 1 + (1 - t) * values) ** (1 / (1 - t))

    for row in LOGITS.double().numpy():
        root = brentq(lambda n, row=row: exp_t(row - n).sum() - 1, row.max() + 1e-9, row.max() + 1e6, xtol=1e-12)
        found = tempered_softmax(torch.from_numpy(row)[None], t, num_iters=200)[0].numpy()
        np.testing.assert_allclose(found, exp_t(row - root), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize(("t1", "t2"), [(0.2, 1.4), (0.8, 1.0), (1.0, 1.6)])
def test_the_gradient_is_that_of_finite_differences(t1: float, t2: float) -> None:
    logits = LOGITS.double().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda z: bitempered_loss(z, LABELS, t1, t2, num_iters=80), (logits,), eps=1e-6, atol=1e-4
    )


def test_smoothing_mixes_the_target_with_the_uniform_one() -> None:
    soft = functional.one_hot(LABELS, 4).float() * 0.7 + 0.3 / 4
    torch.testing.assert_close(
        bitempered_loss(LOGITS, LABELS, 0.6, 1.3, label_smoothing=0.3), bitempered_loss(LOGITS, soft, 0.6, 1.3)
    )
