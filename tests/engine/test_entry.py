"""How pairs are let go: off the ledger now, out of memory once nobody uses them."""

from __future__ import annotations

import weakref
from typing import Any, cast

import pytest

from core.engine import loader
from core.engine.entry import Entry, close, dropped, release_after
from core.engine.micro_batcher import MicroBatcher
from core.engine.residency import Footprint, Residency, Resident
from core.results import LoadStage, Selection

A, B, C = (Selection(name) for name in "ABC")


class Batcher:
    """Counts how often it is closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Pair:
    """Something to be let go."""


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    calls: list[int] = []
    monkeypatch.setattr(loader, "release", lambda: calls.append(1))
    return calls


def entry() -> Entry:
    return Entry(cast(Any, Pair()), cast(MicroBatcher, Batcher()))


def ledger(*selections: Selection) -> Residency[Entry]:
    residency: Residency[Entry] = Residency()
    for selection in selections:
        residency.add(Resident(selection, Footprint(selection.candidate, 1, 1), entry()))
    return residency


def test_what_nobody_uses_is_to_be_closed_now_and_the_rest_later() -> None:
    residency = ledger(A, B, C)
    contents = {r.selection: r.content for r in residency.residents()}
    pinned = residency.pin(B)
    assert pinned is not None
    assert dropped(residency, [A, B, Selection("never")]) == [contents[A]]
    assert [r.selection for r in residency.residents()] == [C]
    assert pinned.dropped
    assert residency.unpin(pinned), "the last who used it closes it"


def test_closing_ends_the_threads_and_holds_no_pair(released: list[int]) -> None:
    gone = [entry(), entry()]
    batchers = [cast(Batcher, e.batcher) for e in gone]
    pairs = [weakref.ref(e.pair) for e in gone]
    close(gone)
    assert gone == []
    assert [b.closed for b in batchers] == [1, 1]
    assert [pair() for pair in pairs] == [None, None]
    assert released == [1], "memory is given back once for all"


def test_memory_is_given_back_after_the_last_pair_went(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = [entry()]
    pair = weakref.ref(gone[0].pair)
    seen: list[object] = []
    monkeypatch.setattr(loader, "release", lambda: seen.append(pair()))
    close(gone)
    assert seen == [None]


def test_nothing_to_close_gives_nothing_back(released: list[int]) -> None:
    close([])
    assert released == []


@pytest.mark.parametrize("stage", LoadStage)
def test_a_refused_load_gives_back_what_it_had_read(released: list[int], stage: LoadStage) -> None:
    release_after(stage)
    had_read = stage in (LoadStage.WEIGHTS, LoadStage.ADAPTER, LoadStage.HEALTH)
    assert released == [1] * had_read
