"""Start values against torch's own initialisers, from the same seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from core.config.components import InitOptions
from core.model.initialisation import initialise

TORCHS: dict[str, Callable[[torch.Tensor], Any]] = {
    "xavier_uniform": lambda w: nn.init.xavier_uniform_(w, gain=1.5),
    "xavier_normal": lambda w: nn.init.xavier_normal_(w, gain=1.5),
    "kaiming_uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="linear"),
    "kaiming_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear"),
    "orthogonal": lambda w: nn.init.orthogonal_(w, gain=1.5),
    "zeros": lambda w: nn.init.zeros_(w),
    "normal": lambda w: nn.init.normal_(w, std=0.05),
}


@pytest.mark.parametrize("method", TORCHS)
def test_it_is_torchs_own(method: str) -> None:
    layer, expected = nn.Linear(20, 12), torch.empty(12, 20)
    torch.manual_seed(4)
    initialise(layer, InitOptions(method=method, gain=1.5, std=0.05), default_std=9.0)
    torch.manual_seed(4)
    TORCHS[method](expected)
    assert torch.equal(layer.weight, expected)
    assert not layer.bias.any()


def test_a_normal_without_a_width_takes_the_backbones() -> None:
    layer = nn.Linear(200, 200, bias=False)
    initialise(layer, InitOptions(), default_std=0.3)
    assert layer.weight.std().item() == pytest.approx(0.3, rel=0.03)


def test_orthogonal_rows_have_the_length_of_the_gain() -> None:
    layer = nn.Linear(30, 8)
    initialise(layer, InitOptions(method="orthogonal", gain=3.0), default_std=0.02)
    torch.testing.assert_close(layer.weight @ layer.weight.T, 9 * torch.eye(8), atol=1e-4, rtol=0)


def test_a_weight_that_came_from_a_file_is_left_alone() -> None:
    layer = nn.Linear(4, 4)
    before = layer.weight.detach().clone()
    layer.weight._is_hf_initialized = True  # type: ignore[attr-defined]
    initialise(layer, InitOptions(method="zeros"), default_std=0.02)
    assert torch.equal(layer.weight, before)
    assert math.isfinite(layer.bias.sum().item())
