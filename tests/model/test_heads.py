"""All heads: shapes, and recognised by the names of their weights."""

from __future__ import annotations

import pytest
import torch

from core.config.components import HEADS, OWN_HEAD
from core.model.heads import build_head, head_keys, recognise_head

D, K = 6, 4
#: Those that are the same in every architecture; the other is tested in `heads/test_stock.py`.
EVERYWHERE = [kind for kind in HEADS if kind != OWN_HEAD]


@pytest.mark.parametrize("kind", EVERYWHERE)
def test_the_last_weight_has_a_row_a_class(kind: str) -> None:
    head = build_head(kind, D, K)
    keys = tuple(name for name, _ in head.named_parameters())
    assert head_keys(kind) == keys
    assert dict(head.named_parameters())[keys[-1]].shape[0] == K


@pytest.mark.parametrize("kind", EVERYWHERE)
@pytest.mark.parametrize("shape", [(3, D), (2, 5, D)])
def test_it_works_on_vectors_and_on_each_position_alone(kind: str, shape: tuple[int, ...]) -> None:
    head, x = build_head(kind, D, K).eval(), torch.randn(shape)
    logits = head(x)
    assert logits.shape == (*shape[:-1], K)
    for i in range(shape[0]):
        torch.testing.assert_close(head(x[i]), logits[i])


@pytest.mark.parametrize("kind", EVERYWHERE)
def test_it_is_recognised_even_where_a_weight_is_missing(kind: str) -> None:
    assert recognise_head(head_keys(kind)) == kind
    assert recognise_head([head_keys(kind)[-1], "other"]) == kind


def test_no_head_is_seen_where_there_is_none() -> None:
    assert recognise_head([]) is None
    assert recognise_head(["bias", "1.weight"]) is None
