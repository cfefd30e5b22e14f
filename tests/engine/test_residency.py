"""The ledger of memory: bytes by hand, and what goes for what."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.residency import Footprint, Residency, Resident
from core.results import Selection

A, B, C, D = (Selection(name) for name in "ABCD")


def ledger(*pairs: tuple[Selection, str, int, int]) -> Residency[None]:
    """Pairs with their base, its bytes and their own, the least recently used first."""
    residency: Residency[None] = Residency()
    for selection, base, base_bytes, own in pairs:
        residency.add(Resident(selection, Footprint(base, base_bytes, own), None))
    return residency


def test_a_shared_base_counts_once_and_goes_with_the_last_that_holds_it() -> None:
    residency = ledger((A, "x", 100, 1), (B, "x", 100, 2), (C, "y", 50, 4))
    assert residency.used == 157
    assert residency.reclaimable(None) == 157
    assert residency.reclaimable("x") == 57, "a new pair on x keeps x"
    residency.pin(B)
    assert residency.reclaimable(None) == 55, "B is in use, and so is its base"


@pytest.mark.parametrize(
    ("missing", "expected"),
    [(0, []), (1, [A]), (2, [B]), (3, [A, B]), (103, [A, B]), (104, [C]), (154, [C]), (155, [A, C]), (258, [A, B, C])],
)
def test_as_few_go_as_it_takes_the_least_recently_used_first(missing: int, expected: list[Selection]) -> None:
    residency = ledger((A, "x", 100, 1), (B, "x", 100, 2), (C, "y", 150, 4))
    assert residency.victims(missing, None) == expected


def test_what_would_not_help_stays() -> None:
    residency = ledger((A, "x", 100, 1), (B, "y", 100, 2), (C, "x", 100, 1))
    residency.pin(C)
    assert residency.victims(50, None) == [B], "dropping A gives back one byte: C holds its base"


def test_what_is_kept_or_in_use_never_goes() -> None:
    residency = ledger((A, "x", 10, 1), (B, "y", 10, 1), (C, "z", 10, 1))
    residency.pin(A)
    assert residency.victims(10**9, None, keep=[B]) == [C]
    assert residency.surplus(1, keep=[B]) == [C]
    assert residency.surplus(3) == []


def test_use_makes_recent() -> None:
    residency = ledger((A, "x", 10, 1), (B, "y", 10, 1))
    assert residency.touch(A)
    assert not residency.touch(D)
    assert residency.surplus(1) == [B]
    assert residency.latest_idle() == A
    residency.pin(A)
    assert residency.latest_idle() == B
    residency.pin(B)
    assert residency.latest_idle() is None


def test_one_dropped_in_use_stays_in_the_ledger_till_its_last_use_ends() -> None:
    residency = ledger((A, "x", 10, 1))
    first, second = residency.pin(A), residency.pin(A)
    assert first is not None
    assert second is first
    assert residency.remove(A) is first
    assert (residency.get(A), residency.used, residency.sharing("x")) == (None, 11, first)
    assert not residency.unpin(first)
    assert residency.unpin(first)
    assert (residency.used, residency.sharing("x")) == (0, None)


def test_what_is_free_is_within_device_and_budget() -> None:
    residency = ledger((A, "x", 100, 1))
    assert residency.free(1000, None) == 1000
    assert residency.free(1000, 500) == 399, "the budget is for everything that is loaded"
    assert residency.free(200, 500) == 200
    assert residency.free(200, 50) == 0


PAIR = st.tuples(st.sampled_from("xyz"), st.integers(0, 9), st.booleans())
SIZES = {"x": 100, "y": 40, "z": 7}


@settings(deadline=None)
@given(st.lists(PAIR, max_size=6), st.integers(0, 400), st.sampled_from([None, "x", "y"]))
def test_dropping_the_victims_frees_what_was_missing_and_no_victim_is_idle(
    pairs: list[tuple[str, int, bool]], missing: int, base: str | None
) -> None:
    def made() -> Residency[None]:
        entries = [(Selection(str(i)), key, SIZES[key], own) for i, (key, own, _) in enumerate(pairs)]
        residency = ledger(*entries)
        for i, (_, _, used) in enumerate(pairs):
            if used:
                residency._residents[Selection(str(i))].pins = 1
        return residency

    def freed(chosen: tuple[Selection, ...]) -> int:
        """Bytes really given back; the base that is needed does not count."""
        residency = made()
        before = residency.used
        held = residency.sharing(base) is not None
        for selection in chosen:
            residency.remove(selection)
        lost = held and residency.sharing(base) is None
        return before - residency.used - (SIZES[base] if base and lost else 0)

    residency = made()
    victims = tuple(residency.victims(missing, base))
    unused = tuple(r.selection for r in residency.residents() if not r.pins)
    assert residency.reclaimable(base) == freed(unused)
    assert set(victims) <= set(unused)
    if freed(unused) >= missing:
        assert freed(victims) >= missing
        fewer = (c for n in range(len(victims)) for c in itertools.combinations(victims, n))
        assert all(freed(c) < missing for c in fewer), "one of them need not go"
