"""Poolers against plain numpy, under left and right padding."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from core.config.components import AttentionOptions, ContextOptions, GemOptions, MeanOptions, PoolerOptions
from core.model.poolers import GeMPooling, build_pooler

D = 6
OPTIONS: list[PoolerOptions] = [
    ContextOptions(),
    MeanOptions(),
    AttentionOptions(),
    AttentionOptions(hidden_dim=3),
    GemOptions(),
    GemOptions(p=1.0, eps=1e-3, learn_p=False),
    GemOptions(p=40.0),
]


@st.composite
def batches(draw: st.DrawFn) -> tuple[Tensor, Tensor]:
    """Hidden states (B, T, D) and a mask (B, T): real tokens in one run, at either end, at least one a row."""
    rows, length = draw(st.integers(1, 4)), draw(st.integers(1, 9))
    left = draw(st.booleans())
    counts = draw(st.lists(st.integers(1, length), min_size=rows, max_size=rows))
    seed = draw(st.integers(0, 2**16))
    scale = draw(st.sampled_from([0.01, 1.0, 30.0]))
    hidden = torch.randn(rows, length, D, generator=torch.Generator().manual_seed(seed)) * scale
    mask = torch.zeros(rows, length, dtype=torch.bool)
    for row, count in enumerate(counts):
        mask[row, length - count :] = True
        if not left:
            mask[row] = mask[row].flip(0)
    return hidden, mask


def expected(options: PoolerOptions, pooler: torch.nn.Module, states: np.ndarray) -> np.ndarray:
    """One text's real states (n, D) pooled in float64, straight from the formula."""
    match options:
        case ContextOptions():
            return states[-1]
        case MeanOptions():
            return states.mean(axis=0)
        case AttentionOptions():
            parameters = {k: v.detach().double().numpy() for k, v in pooler.named_parameters()}
            scores = np.tanh(states @ parameters["W.weight"].T) @ parameters["V.weight"][0]
            weights = np.exp(scores - scores.max())
            return (weights / weights.sum()) @ states
        case GemOptions():
            return (np.maximum(states, options.eps) ** options.p).mean(axis=0) ** (1 / options.p)


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@given(batch=batches())
@settings(max_examples=40, deadline=None)
def test_equals_the_formula_in_numpy(options: PoolerOptions, batch: tuple[Tensor, Tensor]) -> None:
    hidden, mask = batch
    torch.manual_seed(0)
    pooler = build_pooler(options, D)
    before, mask_before = hidden.clone(), mask.clone()
    pooled = pooler(hidden, mask)
    for row in range(len(hidden)):
        wanted = expected(options, pooler, hidden[row][mask[row]].double().numpy())
        np.testing.assert_allclose(pooled.vectors[row].detach().numpy(), wanted, rtol=2e-4, atol=1e-5)
    assert torch.equal(hidden, before)
    assert torch.equal(mask, mask_before)


@pytest.mark.parametrize("options", OPTIONS[:4], ids=repr)
@given(batch=batches())
@settings(max_examples=25, deadline=None)
def test_weights_are_zero_on_padding_and_sum_to_one(options: PoolerOptions, batch: tuple[Tensor, Tensor]) -> None:
    hidden, mask = batch
    pooled = build_pooler(options, D)(hidden, mask)
    assert pooled.weights.shape == mask.shape
    assert (pooled.weights[~mask] == 0).all()
    torch.testing.assert_close(pooled.weights.sum(dim=1), torch.ones(len(mask)))
    torch.testing.assert_close((pooled.weights.unsqueeze(-1) * hidden).sum(dim=1), pooled.vectors, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64], ids=str)
def test_keeps_the_dtype(options: PoolerOptions, dtype: torch.dtype) -> None:
    hidden = (torch.randn(2, 5, D) * 20).to(dtype)
    pooled = build_pooler(options, D).to(dtype)(hidden, torch.ones(2, 5, dtype=torch.bool))
    assert pooled.vectors.dtype == dtype
    assert pooled.vectors.isfinite().all()


def test_gem_moves_from_mean_to_maximum_with_p() -> None:
    hidden, mask = torch.rand(1, 7, D) + 0.1, torch.ones(1, 7, dtype=torch.bool)
    torch.testing.assert_close(GeMPooling(p=1.0)(hidden, mask).vectors, hidden.mean(dim=1))
    torch.testing.assert_close(GeMPooling(p=60.0)(hidden, mask).vectors, hidden.max(dim=1).values, rtol=0.05, atol=0.0)


def test_gem_gradients_equal_finite_differences() -> None:
    pooler = GeMPooling(p=2.5).double()
    hidden = torch.rand(2, 4, 3, dtype=torch.float64, requires_grad=True) + 0.1
    mask = torch.tensor([[True, True, True, True], [True, True, False, False]])
    assert torch.autograd.gradcheck(lambda h: pooler(h, mask).vectors, (hidden,))


def test_gem_counts_what_it_clamps() -> None:
    hidden = torch.tensor([[[-1.0, 1.0], [-1.0, -1.0], [5.0, 5.0]]])
    mask = torch.tensor([[True, True, False]])
    assert GeMPooling().clamped(hidden, mask).tolist() == [[0.5, 1.0, 0.0]]
