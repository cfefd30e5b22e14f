"""A lock that many may hold together, or one alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class ReadWriteLock:
    """Predictions hold it shared; whoever changes the model for a moment holds it exclusively.

    A waiting exclusive holder goes first, so that a stream of predictions cannot starve it.
    """

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._readers = 0
        self._writing = False
        self._waiting = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold it together with other shared holders."""
        with self._state:
            self._state.wait_for(lambda: not self._writing and not self._waiting)
            self._readers += 1
        try:
            yield
        finally:
            with self._state:
                self._readers -= 1
                self._state.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold it alone."""
        with self._state:
            self._waiting += 1
            try:
                self._state.wait_for(lambda: not self._writing and self._readers == 0)
                self._writing = True
            finally:
                self._waiting -= 1
        try:
            yield
        finally:
            with self._state:
                self._writing = False
                self._state.notify_all()
