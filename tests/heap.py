"""What a process has taken of memory, for tests that measure it in a process of their own.

What malloc has handed out, and not what the process has of the system: that also holds what was freed between blocks in
use (some tens of megabytes, another number each time, since several threads with a heap each read weights) and pages of
the files that are read. The process needs `ENVIRONMENT`, since only the first heap is known here.
"""

from __future__ import annotations

import ctypes
import os
import threading
from functools import lru_cache
from types import TracebackType
from typing import Self

ENVIRONMENT = {**os.environ, "MALLOC_ARENA_MAX": "1"}


class _Numbers(ctypes.Structure):
    """`struct mallinfo2` of malloc.h."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    result = ctypes.CDLL("libc.so.6")
    result.mallinfo2.restype = _Numbers
    return result


def taken() -> int:
    """Bytes of all blocks in use, those that are mapped on their own included."""
    numbers = _libc().mallinfo2()
    return int(numbers.uordblks + numbers.hblkhd)


class Peak:
    """The most that is taken while this is entered, over what was taken before."""

    bytes = 0

    def __enter__(self) -> Self:
        self._before, self._over = taken(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.005):
            self.bytes = max(self.bytes, taken() - self._before)
