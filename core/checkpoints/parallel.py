"""Threads that share the parts of one piece of work; the first failure stops them all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TypeVar

Part = TypeVar("Part")


class StoppedError(Exception):
    """Another thread failed or was told to stop."""


class Threads:
    """One for each core."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stopped = threading.Event()

    def share(self, parts: Sequence[Part], work: Callable[[Part], None]) -> None:
        """Do `work` on every part, each taken by whoever is free.

        Raises:
            BaseException: what `work` raised first; the other threads end at their next `require_going`.
        """
        taken = count()

        def take() -> None:
            while not self._stopped.is_set() and (i := next(taken)) < len(parts):
                try:
                    work(parts[i])
                except BaseException:
                    self._stopped.set()
                    raise

        workers = os.cpu_count() or 1
        with ThreadPoolExecutor(workers, self._name) as pool:
            ended = [pool.submit(take) for _ in range(workers)]
        failures = [failure for f in ended if (failure := f.exception()) is not None]
        for failure in sorted(failures, key=lambda f: isinstance(f, StoppedError)):
            raise failure

    def require_going(self) -> None:
        """Raises:
        StoppedError: the work is to end.
        """
        if self._stopped.is_set():
            raise StoppedError
