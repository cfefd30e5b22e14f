"""The C library's heap under torch: freed activations stay at hand, a dropped model goes back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

#: Parameters of glibc's `mallopt`.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_FREE_BYTES, _LARGE_BYTES, _WEIGHT_BYTES = 128 << 20, 32 << 20, 1 << 20


def keep_freed_blocks() -> None:
    """Let glibc keep up to 128 MiB of freed heap for the next pass.

    Otherwise every activation goes back to the kernel when it is freed, and comes again page by page: 10 % of the
    time of a pass over a thousand tokens. Blocks from 32 MiB on are still mapped, and returned, on their own.
    """
    if libc := _glibc():
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_M_TRIM_THRESHOLD, _FREE_BYTES)


@contextmanager
def weights_on_their_own() -> Iterator[None]:
    """While weights are read, every block of 1 MiB and more is mapped on its own.

    Otherwise a weight that is quantised leaves a hole before its codes, which the next codes take a piece of: then no
    other weight fits into it, and the heap grows to the size of all whole weights (three times what was estimated, for
    half a billion parameters). The setting is the process's; passes meanwhile are a little slower.
    """
    libc = _glibc()
    if libc:
        libc.mallopt(_M_MMAP_THRESHOLD, _WEIGHT_BYTES)
    try:
        yield
    finally:
        if libc:
            libc.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)


def give_back() -> None:
    """Return every free page to the system."""
    if libc := _glibc():
        libc.malloc_trim(0)


@lru_cache(maxsize=1)
def _glibc() -> ctypes.CDLL | None:
    """None with another C library, which has neither function."""
    if sys.platform != "linux":
        return None
    try:
        result = ctypes.CDLL("libc.so.6")
        return result if hasattr(result, "malloc_trim") and hasattr(result, "mallopt") else None
    except OSError:
        return None
