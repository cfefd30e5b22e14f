"""What a pooler gets from its base: parts and influence from its weights, and what it must say itself."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.model.poolers.pooled import Pooled, Pooler, at_least_float32


class FirstToken(Pooler):
    """The smallest pooler."""

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        weights = torch.zeros(mask.shape).index_fill(1, torch.tensor([0]), 1.0)
        return Pooled(hidden[:, 0], weights)


class Unweighted(Pooler):
    """One without weights that says neither its influence nor its parts."""

    def forward(self, hidden: Tensor, mask: Tensor) -> Pooled:
        return Pooled(hidden.amax(dim=1), None)


class HalfSaid(Unweighted):
    """One that says its influence and forgets its parts: influence times states is not what it gives."""

    def influence(self, hidden: Tensor, mask: Tensor) -> Tensor:
        return mask / mask.sum(dim=1, keepdim=True)


HIDDEN, MASK = torch.randn(2, 4, 3), torch.ones(2, 4, dtype=torch.bool)


def test_parts_and_influence_follow_from_the_weights() -> None:
    pooler = FirstToken.build(3)
    assert torch.equal(pooler.split(HIDDEN, MASK).sum(dim=1), pooler(HIDDEN, MASK).vectors)
    assert torch.equal(pooler.influence(HIDDEN, MASK), pooler(HIDDEN, MASK).weights)
    assert pooler.split(HIDDEN.half(), MASK).dtype == torch.float16


def test_one_without_weights_must_say_both_its_influence_and_its_parts() -> None:
    for ask in (Unweighted().influence, Unweighted().split, HalfSaid().split):
        with pytest.raises(AssertionError, match="has no weights: it must define influence and split"):
            ask(HIDDEN, MASK)
    assert HalfSaid().influence(HIDDEN, MASK).sum() == len(HIDDEN)


def test_unless_a_pooler_says_otherwise_it_is_plain() -> None:
    pooler = FirstToken()
    assert FirstToken.recognise({"W.weight": (3, 3)}) is None
    assert pooler.clamped(HIDDEN, MASK) is None
    assert not pooler.reads_last
    assert not pooler.pools_logits
    with pytest.raises(NotImplementedError):
        Pooler()(HIDDEN, MASK)


@pytest.mark.parametrize(
    ("dtype", "wide"),
    [
        (torch.float16, torch.float32),
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
    ids=str,
)
def test_half_precision_is_widened_and_the_rest_left(dtype: torch.dtype, wide: torch.dtype) -> None:
    hidden = HIDDEN.to(dtype)
    widened = at_least_float32(hidden)
    assert widened.dtype == wide
    assert torch.equal(widened.to(dtype), hidden)
    assert (widened is hidden) == (dtype == wide)
