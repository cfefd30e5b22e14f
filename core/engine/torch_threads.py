"""Threads that run torch single threaded each: many small pieces of work are quicker side by side than one by one.

A lone small piece is, too, where others compute as well. Two threads of one pass meet at each of its operations, and
whoever comes there first waits till the other is given a core again. With a browser drawing on the same two cores, a
pass that takes 4 ms in one thread or two took 40 ms in two.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import lru_cache
from typing import TypeVar

import torch

Result = TypeVar("Result")

#: Floating-point operations of a pass that is as quick in one thread as in several (12 ms).
SMALL = 3e8
_THIS = threading.local()


def single_threaded_pool(workers: int, name: str) -> ThreadPoolExecutor:
    """A pool whose threads have one torch thread each; the setting of the other threads is put back."""
    before = torch.get_num_threads()
    pool = ThreadPoolExecutor(workers, name, initializer=_use_one_thread)
    # Starts all of its threads: each sleeps a moment, so that one cannot serve all.
    list(pool.map(lambda _: time.sleep(0.01), range(workers)))
    torch.set_num_threads(before)
    return pool


@contextmanager
def single_threaded(workers: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Such a pool for a while; what has not begun when it ends never will."""
    pool = single_threaded_pool(workers, name)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def in_one_thread(work: Callable[[], Result]) -> Result:
    """Small work in a thread that has one torch thread: this one, or one that is kept while the caller waits.

    Its context is that of the caller.
    """
    if _has_one_thread():
        return work()
    return _small_work().submit(copy_context().run, work).result()


def in_all_threads(work: Callable[[], Result]) -> Result:
    """Large work in a thread that has as many torch threads as the process: this one, or one that is kept."""
    if not _has_one_thread():
        return work()
    return _large_work().submit(copy_context().run, work).result()


def use_one_thread() -> None:
    """One torch thread for the calling thread from now on; the setting of the other threads is put back."""
    before = torch.get_num_threads()
    _use_one_thread()
    other = threading.Thread(target=torch.set_num_threads, args=(before,))
    other.start()
    other.join()


@lru_cache(maxsize=1)
def _small_work() -> ThreadPoolExecutor:
    return single_threaded_pool(2 * (os.cpu_count() or 1), "small work")


@lru_cache(maxsize=1)
def _large_work() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="large work")


def _has_one_thread() -> bool:
    return getattr(_THIS, "has_one_thread", False)


def _use_one_thread() -> None:
    """For the calling thread. Asked first: torch sets a thread up once, by the number that was set last anywhere."""
    torch.get_num_threads()
    torch.set_num_threads(1)
    _THIS.has_one_thread = True
