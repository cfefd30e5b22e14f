"""The head with a hidden layer against its formula in float64."""

from __future__ import annotations

import torch
from torch import nn

from core.model.heads.sequential import HEAD_DROPOUT, build

D, K = 6, 4


def test_it_has_one_hidden_layer_and_drops_only_in_training() -> None:
    torch.manual_seed(0)
    head, x = build(D, K), torch.randn(3, D)
    weights = dict(head.named_parameters())
    hidden = x.double() @ weights["1.weight"].double().T + weights["1.bias"].double()
    gelu = hidden * 0.5 * (1 + torch.erf(hidden / 2**0.5))
    expected = gelu @ weights["4.weight"].double().T
    torch.testing.assert_close(head.eval()(x).double(), expected, rtol=1e-4, atol=1e-5)
    assert not torch.equal(head.train()(x), head(x))


def test_its_dropouts_are_as_stated_and_the_last_layer_has_no_bias() -> None:
    head = build(D, K)
    assert [m.p for m in head.modules() if isinstance(m, nn.Dropout)] == [HEAD_DROPOUT] * 2
    assert [tuple(p.shape) for p in head.parameters()] == [(D, D), (D,), (K, D)]
