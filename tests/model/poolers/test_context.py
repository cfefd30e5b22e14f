"""The last real token, before or after the head."""

from __future__ import annotations

import pytest
import torch

from core.model.heads import build_head
from core.model.poolers.context import LastTokenPooling

D, K = 6, 4
#: Real tokens at the left, at the right, everywhere, and one alone.
MASK = torch.tensor([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [1, 1, 1, 1, 1], [0, 0, 1, 0, 0]], dtype=torch.bool)
LAST = [2, 4, 4, 2]


def test_it_takes_the_state_at_the_last_real_token() -> None:
    hidden = torch.randn(4, 5, D)
    pooled = LastTokenPooling()(hidden, MASK)
    assert torch.equal(pooled.vectors, torch.stack([hidden[row, last] for row, last in enumerate(LAST)]))
    assert pooled.weights.argmax(dim=1).tolist() == LAST
    assert pooled.weights.sum().item() == len(LAST)


@pytest.mark.parametrize("kind", ["vanilla", "sequential"])
def test_before_and_after_the_head_are_the_same(kind: str) -> None:
    head, hidden = build_head(kind, D, K).eval(), torch.randn(4, 5, D)
    before, after = LastTokenPooling(), LastTokenPooling(pre_head_pooling=False)
    assert (before.pools_logits, after.pools_logits) == (False, True)
    torch.testing.assert_close(after(head(hidden), MASK).vectors, head(before(hidden, MASK).vectors))


def test_it_says_that_it_reads_the_last_token_and_has_no_weights_to_learn() -> None:
    assert LastTokenPooling.reads_last
    assert not LastTokenPooling().state_dict()
    assert LastTokenPooling.recognise({"W.weight": (1, 1)}) is None
