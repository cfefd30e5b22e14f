"""Pools whose threads keep to one torch thread, whatever the rest of the process sets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
import torch

from core.engine.torch_threads import (
    _large_work,
    in_all_threads,
    in_one_thread,
    single_threaded_pool,
    use_one_thread,
)
from core.tasks.progress import CancelledError
from core.tasks.stopping import stop_if_asked, stoppable

Result = TypeVar("Result")


def threads_after_work(_: int) -> int:
    """The number that counts: torch reads the setting of a thread when that thread first computes."""
    torch.ones(1000, 1000).mul_(2.0)
    return torch.get_num_threads()


def test_threads_of_the_pool_compute_alone_and_the_others_as_before() -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with single_threaded_pool(2, "test") as pool:
            assert torch.get_num_threads() == 2
            assert list(pool.map(threads_after_work, range(4))) == [1, 1, 1, 1]
            torch.set_num_threads(2)
            assert list(pool.map(threads_after_work, range(4))) == [1, 1, 1, 1]
    finally:
        torch.set_num_threads(before)


def threads_here() -> tuple[int, str]:
    return threads_after_work(0), threading.current_thread().name


def fresh(work: Callable[[], Result]) -> Result:
    """In a thread that computed nothing before."""
    with ThreadPoolExecutor(1, "fresh") as pool:
        return pool.submit(work).result()


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Also of the threads for large work: those that an earlier test has used keep the number that held then."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    _large_work.cache_clear()
    yield
    torch.set_num_threads(before)
    _large_work.cache_clear()


@pytest.mark.usefixtures("two_threads")
def test_small_work_is_done_in_one_thread_and_large_work_in_all_wherever_it_is_asked_for() -> None:
    def from_one_thread() -> list[tuple[int, str]]:
        use_one_thread()
        return [in_one_thread(threads_here), in_all_threads(threads_here)]

    for _ in range(2):
        assert fresh(lambda: in_one_thread(threads_here))[0] == 1
        assert fresh(lambda: in_all_threads(threads_here)) == (2, "fresh_0")
        small, large = fresh(from_one_thread)
        assert small == (1, "fresh_0")
        assert (large[0], large[1].startswith("large work")) == (2, True)
    assert threads_after_work(0) == 2
    assert fresh(threads_here)[0] == 2


@pytest.mark.usefixtures("two_threads")
def test_work_within_small_work_does_not_wait_for_its_own_threads() -> None:
    def nested(depth: int) -> str:
        return in_one_thread(lambda: nested(depth - 1)) if depth else threading.current_thread().name

    with ThreadPoolExecutor(32) as pool:
        names = list(pool.map(nested, [3] * 200))
    assert all(name.startswith("small work") for name in names)


@pytest.mark.parametrize("run", [in_one_thread, in_all_threads])
def test_it_can_be_stopped_and_raises_what_the_work_raises(run: Callable[..., object]) -> None:
    def from_one_thread() -> None:
        use_one_thread()
        with stoppable(lambda: True), pytest.raises(CancelledError):
            run(stop_if_asked)

    with stoppable(lambda: True), pytest.raises(CancelledError):
        run(stop_if_asked)
    fresh(from_one_thread)
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 / 0)
