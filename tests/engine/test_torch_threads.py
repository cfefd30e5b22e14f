"""Pools whose threads keep to one torch thread, whatever the rest of the process sets."""

from __future__ import annotations

import torch

from core.engine.torch_threads import single_threaded_pool


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
