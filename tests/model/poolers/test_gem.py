"""The generalised mean: its limits, its gradient and what it clamps."""

from __future__ import annotations

import pytest
import torch

from core.model.poolers.gem import MIN_P, GeMPooling

D = 6


def test_it_moves_from_mean_to_maximum_with_p() -> None:
    hidden, mask = torch.rand(1, 7, D) + 0.1, torch.ones(1, 7, dtype=torch.bool)
    torch.testing.assert_close(GeMPooling(p=1.0)(hidden, mask).vectors, hidden.mean(dim=1))
    torch.testing.assert_close(GeMPooling(p=60.0)(hidden, mask).vectors, hidden.max(dim=1).values, rtol=0.05, atol=0.0)


def test_gradients_equal_finite_differences() -> None:
    pooler = GeMPooling(p=2.5).double()
    hidden = torch.rand(2, 4, 3, dtype=torch.float64, requires_grad=True) + 0.1
    mask = torch.tensor([[True, True, True, True], [True, True, False, False]])
    assert torch.autograd.gradcheck(lambda h: pooler(h, mask).vectors, (hidden,))


def test_it_counts_what_it_clamps() -> None:
    hidden = torch.tensor([[[-1.0, 1.0], [-1.0, -1.0], [5.0, 5.0]]])
    mask = torch.tensor([[True, True, False]])
    assert GeMPooling().clamped(hidden, mask).tolist() == [[0.5, 1.0, 0.0]]


def test_it_weighs_by_its_gradient() -> None:
    hidden = (torch.randn(2, 5, D, generator=torch.Generator().manual_seed(2)) + 0.5).requires_grad_()
    mask = torch.tensor([[True] * 5, [True, True, True, False, False]])
    pooler = GeMPooling(p=2.5)
    pooler(hidden, mask).vectors.sum().backward()
    slope = hidden.grad.sum(dim=-1)
    torch.testing.assert_close(
        pooler.influence(hidden.detach(), mask), slope / slope.sum(dim=1, keepdim=True), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("p", [0.0, -3.0])
def test_a_p_that_training_drove_below_its_least_counts_as_that(p: float) -> None:
    pooler, least = GeMPooling(), GeMPooling(p=MIN_P)
    pooler.p.data.fill_(p)
    hidden, mask = torch.rand(2, 5, D) + 0.1, torch.ones(2, 5, dtype=torch.bool)
    assert torch.equal(pooler(hidden, mask).vectors, least(hidden, mask).vectors)
    assert pooler(hidden, mask).vectors.isfinite().all()


def test_positions_of_which_everything_is_clamped_weigh_the_same() -> None:
    hidden, mask = -torch.rand(1, 4, D), torch.tensor([[True, True, True, False]])
    pooler = GeMPooling()
    torch.testing.assert_close(pooler.influence(hidden, mask), torch.tensor([[1 / 3, 1 / 3, 1 / 3, 0]]))
    torch.testing.assert_close(pooler(hidden, mask).vectors, torch.full((1, D), pooler.eps))


def test_p_is_learnt_or_fixed_and_starts_anew() -> None:
    learnt, fixed = GeMPooling(p=2.0), GeMPooling(p=2.0, learn_p=False)
    assert [name for name, _ in learnt.named_parameters()] == ["p"]
    assert not list(fixed.parameters())
    for pooler in (learnt, fixed):
        pooler.p.data.fill_(7.0)
        pooler.reset_parameters()
        assert pooler.p.item() == 2.0
