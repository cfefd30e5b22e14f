"""Threads that run torch single threaded each: many small pieces of work are quicker side by side than one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import torch


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


def _use_one_thread() -> None:
    """For the calling thread. Asked first: torch sets a thread up once, by the number that was set last anywhere."""
    torch.get_num_threads()
    torch.set_num_threads(1)
