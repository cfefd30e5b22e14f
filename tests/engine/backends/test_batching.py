"""Batches: nothing lost, nothing twice, within the budget."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.engine.backends.batching import MAX_PADDING, plan_batches, plan_packs
from core.engine.encoding import _keep


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
    special = [True] * head + [False] * body + [True] * tail
    mirrored = _keep(special[::-1], limit, "left")
    kept = _keep(special, limit)
    assert mirrored == sorted(len(special) - 1 - i for i in kept)
    if len(special) <= limit:
        assert kept == list(range(len(special)))
        return
    assert len(kept) == limit
    assert kept == sorted(set(kept))
    closing = min(tail, limit - 1)
    assert kept[: limit - closing] == list(range(limit - closing))
    assert kept[limit - closing :] == list(range(len(special) - closing, len(special)))


@given(st.lists(st.integers(1, 500), max_size=200), st.integers(16, 4096), st.integers(1, 8))
def test_packs_hold_every_text_once_within_the_budget(lengths: list[int], budget: int, workers: int) -> None:
    packs = plan_packs(lengths, budget, workers)
    assert sorted(i for pack in packs for i in pack) == list(range(len(lengths)))
    sizes = [sum(lengths[i] for i in pack) for pack in packs]
    assert all(len(pack) == 1 or size <= budget for pack, size in zip(packs, sizes, strict=True))
    in_order = [lengths[i] for pack in packs for i in pack]
    assert in_order == sorted(lengths, reverse=True)


def test_the_last_packs_are_short_so_that_workers_end_together() -> None:
    sizes = [10 * len(pack) for pack in plan_packs([10] * 1000, 1000, 2)]
    assert sizes[0] == 1000
    assert sizes[-1] <= 250
    assert [10 * len(pack) for pack in plan_packs([10] * 1000, 1000, 1)] == [1000] * 10
