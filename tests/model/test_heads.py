"""Heads against plain products, and recognised by the names of their weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from core.config.components import HEADS
from core.model.heads import build_head, head_keys, recognise_head

D, K = 6, 4


@pytest.mark.parametrize("kind", HEADS)
def test_the_last_weight_has_a_row_a_class(kind: str) -> None:
    head = build_head(kind, D, K)
    keys = tuple(name for name, _ in head.named_parameters())
    assert head_keys(kind) == keys
    assert dict(head.named_parameters())[keys[-1]].shape[0] == K


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("shape", [(3, D), (2, 5, D)])
def test_it_works_on_vectors_and_on_each_position_alone(kind: str, shape: tuple[int, ...]) -> None:
    head, x = build_head(kind, D, K).eval(), torch.randn(shape)
    logits = head(x)
    assert logits.shape == (*shape[:-1], K)
    for i in range(shape[0]):
        torch.testing.assert_close(head(x[i]), logits[i])


def test_vanilla_is_one_product_without_a_bias() -> None:
    head, x = build_head("vanilla", D, K), torch.randn(3, D)
    assert isinstance(head, nn.Linear)
    assert torch.equal(head(x), functional.linear(x, head.weight))


def test_sequential_has_one_hidden_layer_and_drops_only_in_training() -> None:
    torch.manual_seed(0)
    head, x = build_head("sequential", D, K), torch.randn(3, D)
    weights = dict(head.named_parameters())
    hidden = x.double() @ weights["1.weight"].double().T + weights["1.bias"].double()
    gelu = hidden * 0.5 * (1 + torch.erf(hidden / 2**0.5))
    expected = gelu @ weights["4.weight"].double().T
    torch.testing.assert_close(head.eval()(x).double(), expected, rtol=1e-4, atol=1e-5)
    assert not torch.equal(head.train()(x), head(x))


@pytest.mark.parametrize("kind", HEADS)
def test_it_is_recognised_even_where_a_weight_is_missing(kind: str) -> None:
    assert recognise_head(head_keys(kind)) == kind
    assert recognise_head([head_keys(kind)[-1], "other"]) == kind


def test_no_head_is_seen_where_there_is_none() -> None:
    assert recognise_head([]) is None
    assert recognise_head(["bias", "1.weight"]) is None
