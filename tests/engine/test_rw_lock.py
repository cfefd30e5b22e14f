"""Many together or one alone, and who waits goes before who comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest

from core.engine.rw_lock import ReadWriteLock

#: Longer than any test takes: reached only by one that fails.
PATIENCE = 60


class Watched(threading.Condition):
    """Says of every call of `wait_for` that it is about to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[threading.Event] = []

    def wait_for(self, predicate: Callable[[], Any], timeout: float | None = None) -> Any:
        if not predicate() and self.waiting:
            self.waiting.pop(0).set()
        return super().wait_for(predicate, timeout)

    def next_waiter(self) -> threading.Event:
        """Set once somebody has to wait."""
        self.waiting.append(threading.Event())
        return self.waiting[-1]


@pytest.fixture
def lock() -> ReadWriteLock:
    made = ReadWriteLock()
    made._state = Watched()
    return made


def watched(lock: ReadWriteLock) -> Watched:
    assert isinstance(lock._state, Watched)
    return lock._state


def test_shared_holders_hold_it_together(lock: ReadWriteLock) -> None:
    together = threading.Barrier(4)

    def read() -> None:
        with lock.shared():
            together.wait(PATIENCE)

    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(read) for _ in range(4)]:
            job.result()


@pytest.mark.parametrize(("first", "second"), [("exclusive", "shared"), ("shared", "exclusive"), ("exclusive",) * 2])
def test_one_alone_keeps_others_out(lock: ReadWriteLock, first: str, second: str) -> None:
    order: list[str] = []

    def hold(kind: str) -> AbstractContextManager[None]:
        return lock.shared() if kind == "shared" else lock.exclusive()

    def later() -> None:
        with hold(second):
            order.append("second")

    waits = watched(lock).next_waiter()
    with ThreadPoolExecutor(1) as pool:
        with hold(first):
            job = pool.submit(later)
            assert waits.wait(PATIENCE)
            order.append("first")
        job.result()
    assert order == ["first", "second"]


def test_who_waits_to_be_alone_goes_before_readers_that_come_later(lock: ReadWriteLock) -> None:
    order: list[str] = []

    def write() -> None:
        with lock.exclusive():
            order.append("writer")

    def read() -> None:
        with lock.shared():
            order.append("reader")

    with ThreadPoolExecutor(2) as pool:
        with lock.shared():
            waits = watched(lock).next_waiter()
            writer = pool.submit(write)
            assert waits.wait(PATIENCE)
            waits = watched(lock).next_waiter()
            reader = pool.submit(read)
            assert waits.wait(PATIENCE), "a reader passed the writer that waits"
        writer.result()
        reader.result()
    assert order == ["writer", "reader"]


@pytest.mark.parametrize("kind", ["shared", "exclusive"])
def test_an_error_inside_gives_it_back(lock: ReadWriteLock, kind: str) -> None:
    with pytest.raises(ZeroDivisionError), lock.shared() if kind == "shared" else lock.exclusive():
        raise ZeroDivisionError
    with lock.exclusive():
        pass
    with lock.shared(), lock.shared():
        pass


def test_one_who_gives_up_waiting_stops_nobody(lock: ReadWriteLock, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with lock.shared():
        with monkeypatch.context() as patch:
            patch.setattr(lock._state, "wait_for", interrupted)
            with pytest.raises(KeyboardInterrupt), lock.exclusive():
                pytest.fail("it was held by a reader")
        with lock.shared():
            pass


def test_what_is_counted_under_it_is_counted_right(lock: ReadWriteLock) -> None:
    total = [0]

    def work(i: int) -> None:
        if i % 3:
            with lock.shared():
                assert total[0] % 2 == 0, "seen while it was being changed"
            return
        with lock.exclusive():
            total[0] += 1
            total[0] += 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(300)))
    assert total == [200]
