"""The criteria against torch's own losses and the values published with the bi-tempered loss."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from core.config.components import BceOptions, BitemperedOptions, CrossEntropyOptions, MseOptions
from core.model.bitempered import bitempered_loss, tempered_exp, tempered_log, tempered_softmax
from core.model.criteria import Criterion

LOGITS = torch.randn(5, 4, generator=torch.Generator().manual_seed(3)) * 3
LABELS = torch.tensor([0, 3, 1, 2, 3])


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy_is_torchs(smoothing: float) -> None:
    wanted = functional.cross_entropy(LOGITS, LABELS, reduction="none", label_smoothing=smoothing)
    torch.testing.assert_close(Criterion(CrossEntropyOptions(label_smoothing=smoothing))(LOGITS, LABELS), wanted)


def test_cross_entropy_takes_a_teachers_probabilities() -> None:
    soft = torch.softmax(torch.randn(5, 4), dim=1)
    wanted = -(soft * LOGITS.log_softmax(dim=1)).sum(dim=1)
    torch.testing.assert_close(Criterion(CrossEntropyOptions())(LOGITS, soft), wanted)


def test_bce_and_mse_are_torchs_a_text() -> None:
    many = (torch.rand(5, 4) > 0.5).long()
    bce = functional.binary_cross_entropy_with_logits(LOGITS, many.float(), reduction="none").mean(dim=1)
    torch.testing.assert_close(Criterion(BceOptions())(LOGITS, many), bce)
    values = torch.randn(5, 4)
    torch.testing.assert_close(Criterion(MseOptions())(LOGITS, values), (LOGITS - values).square().mean(dim=1))
    one = torch.randn(5)
    torch.testing.assert_close(Criterion(MseOptions())(LOGITS[:, :1], one), (LOGITS[:, 0] - one).square())


def test_bitempered_at_one_is_cross_entropy() -> None:
    wanted = functional.cross_entropy(LOGITS, LABELS, reduction="none")
    assert torch.equal(Criterion(BitemperedOptions(t1=1, t2=1))(LOGITS, LABELS), wanted)
    near = bitempered_loss(LOGITS.double(), LABELS, 1 - 1e-6, 1 + 1e-6, num_iters=50)
    torch.testing.assert_close(near, functional.cross_entropy(LOGITS.double(), LABELS, reduction="none"), rtol=1e-4,
                               atol=1e-5)  # fmt: skip


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


@pytest.mark.parametrize("options", [CrossEntropyOptions(), BitemperedOptions()])
def test_half_precision_is_computed_wide(options: CrossEntropyOptions | BitemperedOptions) -> None:
    assert Criterion(options)(LOGITS.half(), LABELS).dtype == torch.float32
