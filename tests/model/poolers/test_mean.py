"""The average over real tokens, against torch's and in half precision."""

from __future__ import annotations

import torch

from core.model.poolers.mean import MeanPooling

D = 6


def test_without_padding_it_is_the_mean() -> None:
    hidden = torch.randn(3, 7, D)
    pooled = MeanPooling()(hidden, torch.ones(3, 7, dtype=torch.bool))
    torch.testing.assert_close(pooled.vectors, hidden.mean(dim=1))
    torch.testing.assert_close(pooled.weights, torch.full((3, 7), 1 / 7))


def test_padding_counts_for_nothing_wherever_it_stands() -> None:
    hidden = torch.randn(1, 6, D)
    mask = torch.tensor([[False, True, True, False, True, False]])
    torch.testing.assert_close(MeanPooling()(hidden, mask).vectors, hidden[:, [1, 2, 4]].mean(dim=1))


def test_a_long_text_in_half_precision_keeps_its_digits() -> None:
    """1 + 2^-7 is the next bfloat16 after 1: a sum in bfloat16 would stop at 256."""
    hidden = torch.full((1, 4000, D), 1 + 2**-7, dtype=torch.bfloat16)
    pooled = MeanPooling()(hidden, torch.ones(1, 4000, dtype=torch.bool))
    assert pooled.vectors.dtype == torch.bfloat16
    assert (pooled.vectors == hidden[:, 0]).all()


def test_a_text_without_a_token_is_zero_and_not_nan() -> None:
    pooled = MeanPooling()(torch.randn(1, 3, D), torch.zeros(1, 3, dtype=torch.bool))
    assert (pooled.vectors == 0).all()
