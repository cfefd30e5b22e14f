"""Learnt attention against torch's own, and what padding may not do."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from core.model.poolers.attention import AttentionHead

D = 6


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    hidden = torch.randn(2, 5, D, generator=torch.Generator().manual_seed(3))
    return hidden, torch.tensor([[True] * 5, [False, False, True, True, True]])


@pytest.mark.parametrize("hidden_dim", [None, 3])
def test_it_is_attention_of_one_learnt_query_over_the_real_tokens(hidden_dim: int | None) -> None:
    """Scores V tanh(W h): torch's attention with the query V and the keys tanh(W h), unscaled."""
    pooler = AttentionHead(D, hidden_dim)
    hidden, mask = batch()
    keys = torch.tanh(hidden @ pooler.W.weight.T)
    query = pooler.V.weight.expand(2, 1, -1)
    expected = functional.scaled_dot_product_attention(query, keys, hidden, mask[:, None], scale=1.0).squeeze(1)
    torch.testing.assert_close(pooler(hidden, mask).vectors, expected)
    assert pooler.W.out_features == (hidden_dim or D)


def test_what_stands_on_padding_changes_nothing() -> None:
    pooler, (hidden, mask) = AttentionHead(D), batch()
    other = torch.where(mask.unsqueeze(-1), hidden, torch.full_like(hidden, 1e3))
    assert torch.equal(pooler(hidden, mask).vectors, pooler(other, mask).vectors)
    assert torch.equal(pooler(hidden, mask).weights, pooler(other, mask).weights)


def test_the_order_of_the_tokens_does_not_matter() -> None:
    pooler, (hidden, mask) = AttentionHead(D), batch()
    order = torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(pooler(hidden[:, order], mask[:, order]).vectors, pooler(hidden, mask).vectors)


def test_scores_in_half_precision_are_weighed_in_single() -> None:
    pooler, (hidden, mask) = AttentionHead(D).to(torch.bfloat16), batch()
    pooled = pooler(hidden.to(torch.bfloat16), mask)
    assert pooled.weights.dtype == torch.float32
    torch.testing.assert_close(pooled.weights.sum(dim=1), torch.ones(2), atol=1e-6, rtol=0)


def test_its_width_is_read_off_its_weights() -> None:
    assert AttentionHead.recognise({"W.weight": (3, D), "V.weight": (1, 3)}) == {"hidden_dim": 3}
    assert AttentionHead.recognise({"p": (1,)}) is None
