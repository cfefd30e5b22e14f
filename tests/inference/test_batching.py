"""Batches: nothing lost, nothing twice, within the budget."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.inference.batching import MAX_PADDING, plan_batches
from core.inference.encoding import _keep


@given(st.lists(st.integers(1, 500), max_size=200), st.integers(16, 4096))
def test_every_text_once_within_the_budget_and_with_little_padding(lengths: list[int], budget: int) -> None:
    batches = plan_batches(lengths, budget)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(lengths[i] for i in batch)
        assert len(batch) == 1 or longest * len(batch) <= budget
        assert longest * len(batch) - sum(lengths[i] for i in batch) <= MAX_PADDING


@given(st.integers(0, 3), st.integers(1, 60), st.integers(0, 3), st.integers(2, 40))
def test_cutting_keeps_the_beginning_and_closing_special_tokens(head: int, body: int, tail: int, limit: int) -> None:
    special = [1] * head + [0] * body + [1] * tail
    if len(special) <= limit:
        return
    kept = _keep(special, limit)
    assert len(kept) == limit
    assert kept == sorted(set(kept))
    closing = min(tail, limit - 1)
    assert kept[: limit - closing] == list(range(limit - closing))
    assert kept[limit - closing :] == list(range(len(special) - closing, len(special)))
