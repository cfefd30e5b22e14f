"""Results that are computed once, whoever asks meanwhile or afterwards, and that take so many bytes and no more."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from core.results import Problem
from core.tasks.stored import make_read_only

T = TypeVar("T")


@dataclass(eq=False)
class _Computation:
    """One under way, and those who wait for it. `value` holds one item once there is a result."""

    over: threading.Event = field(default_factory=threading.Event)
    value: list[Any] = field(default_factory=list)
    problem: Problem | None = None


@dataclass(frozen=True, eq=False)
class _Stored:
    value: Any
    nbytes: int


class Once:
    """Values by key, the least recently used given up first. Thread safe; no lock is held while one is computed.

    Arrays in a value become read-only. A value larger than `max_bytes` is handed out and not kept.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._stored: OrderedDict[Hashable, _Stored] = OrderedDict()
        self._running: dict[Hashable, _Computation] = {}

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value of before, that of a computation under way, or that of `compute`.

        Raises:
            Exception: what `compute` raises; for those who waited a new exception, see `Problem.to_error`.
            CancelledError: this caller was asked to stop; of those who waited, one computes it then.
        """
        while True:
            with self._lock:
                if key in self._stored:
                    self._stored.move_to_end(key)
                    return cast(T, self._stored[key].value)
                running = self._running.get(key)
                if running is None:
                    mine = self._running[key] = _Computation()
            if running is None:
                return self._compute(key, mine, compute)
            running.over.wait()
            if running.problem is not None:
                running.problem.raise_()
            if running.value:
                return cast(T, running.value[0])

    def items(self) -> dict[Hashable, Any]:
        """What is kept now, the most recently used last."""
        with self._lock:
            return {key: stored.value for key, stored in self._stored.items()}

    @property
    def nbytes(self) -> int:
        """Bytes that are kept now, keys included."""
        return self._bytes

    def _compute(self, key: Hashable, mine: _Computation, compute: Callable[[], T]) -> T:
        try:
            value = compute()
            self._keep(key, value)
            mine.value.append(value)
            return value
        except Exception as error:
            mine.problem = Problem.of(error)
            raise
        finally:
            with self._lock:
                del self._running[key]
            mine.over.set()

    def _keep(self, key: Hashable, value: object) -> None:
        nbytes = make_read_only(value) + make_read_only(key)
        if nbytes > self._max_bytes:
            return
        with self._lock:
            self._stored[key] = _Stored(value, nbytes)
            self._bytes += nbytes
            while self._bytes > self._max_bytes:
                _, oldest = self._stored.popitem(last=False)
                self._bytes -= oldest.nbytes


class OncePerOwner:
    """A `Once` for each owner, which goes with it. Values must not hold their owner."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._owned: weakref.WeakKeyDictionary[Any, Once] = weakref.WeakKeyDictionary()

    def of(self, owner: object) -> Once:
        """That of an owner."""
        with self._lock:
            once = self._owned.get(owner)
            if once is None:
                once = self._owned[owner] = Once(self._max_bytes)
            return once
