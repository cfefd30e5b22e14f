"""The criteria against torch's own losses."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from core.config.components import BceOptions, BitemperedOptions, CrossEntropyOptions, MseOptions
from core.model.bitempered import bitempered_loss
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


@pytest.mark.parametrize("options", [CrossEntropyOptions(), BitemperedOptions()])
def test_half_precision_is_computed_wide(options: CrossEntropyOptions | BitemperedOptions) -> None:
    assert Criterion(options)(LOGITS.half(), LABELS).dtype == torch.float32


def test_bce_weighs_the_positives_of_each_class() -> None:
    many, weights = (torch.rand(5, 4, generator=torch.Generator().manual_seed(1)) > 0.5).long(), (1.0, 2.0, 0.5, 4.0)
    wanted = functional.binary_cross_entropy_with_logits(
        LOGITS, many.float(), reduction="none", pos_weight=torch.tensor(weights)
    ).mean(dim=1)
    torch.testing.assert_close(Criterion(BceOptions(pos_weight=weights))(LOGITS, many), wanted)


def test_bitempered_passes_its_options_on() -> None:
    options = BitemperedOptions(t1=0.5, t2=1.5, label_smoothing=0.1, num_iters=30)
    wanted = bitempered_loss(LOGITS, LABELS, 0.5, 1.5, 0.1, 30)
    assert torch.equal(Criterion(options)(LOGITS, LABELS), wanted)
