"""The value head of reward models: a linear layer with a bias, under TRL's name."""

from __future__ import annotations

import torch

from core.model.heads import build_head
from core.model.heads.value import ValueHead


def test_it_is_a_linear_layer_with_a_bias() -> None:
    head = build_head("value", 6, 2)
    assert isinstance(head, ValueHead)
    x = torch.randn(3, 6)
    torch.testing.assert_close(head(x), x @ head.summary.weight.T + head.summary.bias)
