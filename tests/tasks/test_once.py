"""Computed once, whoever asks; different keys do not wait; read-only, and no more bytes than are allowed."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.errors import NotFoundError, UnexpectedError
from core.tasks.once import Once, OncePerOwner

PLENTY = 2**20


class Pair:
    """Stands for a loaded pair."""


class Waiters(threading.Event):
    """An event that says when somebody waits for it."""

    def __init__(self, waits: threading.Event) -> None:
        super().__init__()
        self.waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.set()
        return super().wait(timeout)


@pytest.fixture
def somebody_waits(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when somebody waits for another's computation."""
    from core.tasks import once

    waits = threading.Event()
    real = once._Computation
    monkeypatch.setattr(once, "_Computation", lambda: real(over=Waiters(waits)))
    return waits


def test_the_same_is_computed_once_and_others_answer_meanwhile(somebody_waits: threading.Event) -> None:
    once, begun, go, count = Once(PLENTY), threading.Event(), threading.Event(), []

    def slow() -> str:
        count.append(1)
        begun.set()
        go.wait(60)
        return "a"

    with ThreadPoolExecutor(2) as people:
        first = people.submit(once.get, "a", slow)
        assert begun.wait(60)
        second = people.submit(once.get, "a", slow)
        assert somebody_waits.wait(60)
        assert once.get("b", lambda: "b") == "b", "waits for another's work"
        assert not first.done()
        go.set()
        assert (first.result(60), second.result(60)) == ("a", "a")
    assert once.get("a", slow) == "a"
    assert len(count) == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NotFoundError("It is gone.", fix="load it."), NotFoundError),
        (KeyError("bug"), UnexpectedError),
    ],
)
def test_who_waits_for_a_failure_gets_an_error_of_their_own(
    error: Exception, kind: type[Exception], somebody_waits: threading.Event
) -> None:
    once, begun, go = Once(PLENTY), threading.Event(), threading.Event()

    def fails() -> str:
        begun.set()
        go.wait(60)
        raise error

    with ThreadPoolExecutor(2) as people:
        first = people.submit(once.get, "a", fails)
        assert begun.wait(60)
        second = people.submit(once.get, "a", fails)
        assert somebody_waits.wait(60)
        go.set()
        assert first.exception(60) is error
        assert type(second.exception(60)) is kind
        assert second.exception() is not error
    assert once.get("a", lambda: "now it works") == "now it works"


def test_whoever_was_interrupted_leaves_it_to_those_who_wait(somebody_waits: threading.Event) -> None:
    once, begun, go = Once(PLENTY), threading.Event(), threading.Event()

    def interrupted() -> str:
        begun.set()
        go.wait(60)
        raise SystemExit

    with ThreadPoolExecutor(2) as people:
        first = people.submit(once.get, "a", interrupted)
        assert begun.wait(60)
        second = people.submit(once.get, "a", lambda: "mine")
        assert somebody_waits.wait(60)
        go.set()
        assert isinstance(first.exception(60), SystemExit)
        assert second.result(60) == "mine"


def test_the_least_recently_used_goes_first_and_bytes_are_bounded() -> None:
    once = Once(100_000)
    for name in "abc":
        once.get(name, lambda: np.zeros(4000))  # 32,000 bytes each
    once.get("a", lambda: pytest.fail("it was there"))
    once.get("d", lambda: np.zeros(4000))
    assert list(once.items()) == ["c", "a", "d"]
    assert once.nbytes <= 100_000


def test_long_keys_count_too() -> None:
    once = Once(100_000)
    for i in range(10):
        once.get(f"{i}" * 40_000, lambda: None)
    assert len(once.items()) == 2


def test_what_is_too_large_is_handed_out_and_not_kept() -> None:
    once = Once(1000)
    small = once.get("small", lambda: "value")
    assert once.get("large", lambda: np.zeros(1000)).shape == (1000,)
    assert once.items() == {"small": small}


def test_values_are_read_only() -> None:
    value = Once(PLENTY).get("a", lambda: [np.zeros(3)])
    with pytest.raises(ValueError, match="read-only"):
        value[0][0] = 1


def test_an_owner_takes_its_values_with_it_and_others_do_not_wait() -> None:
    owned, one, two = OncePerOwner(PLENTY), Pair(), Pair()
    begun, go = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        go.wait(60)
        return "one"

    with ThreadPoolExecutor(1) as people:
        first = people.submit(lambda pair: owned.of(pair).get("a", slow), one)
        assert begun.wait(60)
        assert owned.of(two).get("a", lambda: "two") == "two"
        go.set()
        assert first.result(60) == "one"
    assert owned.of(one).get("a", lambda: "again") == "one"
    kept = weakref.ref(owned.of(one))
    del one, first
    gc.collect()
    assert kept() is None
