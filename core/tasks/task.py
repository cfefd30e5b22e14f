"""A handle of long work: it begins the work, says where it stands, stops it and waits for its result."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from core.results import TaskState
from core.tasks.progress import CancelledError, Progress
from core.tasks.runner import TaskRunner

T = TypeVar("T")


class Task(Generic[T]):
    """Long work that is known by its key: two handles with one key (and one owner) are the same task.

    Making one begins nothing. `work` must not hold the owner, or it stays alive as long as the handle: give it a
    weak reference. The work of a task must not wait for another task: that one may wait for its thread.
    """

    def __init__(
        self, runner: TaskRunner, key: Hashable, work: Callable[[Progress], T], *, owner: object | None = None
    ) -> None:
        self._runner = runner
        self._key = (runner.number(owner), key)
        self._work = work
        self._owner = None if owner is None else weakref.ref(owner)

    @property
    def id(self) -> str:
        """Its name for others: the same for the same task as long as the process lives."""
        return hashlib.sha256(repr(self._key).encode(errors="surrogatepass")).hexdigest()[:32]

    def start(self) -> None:
        """Begin; one that runs or is done is joined, one that failed or was cancelled begins anew."""
        self._runner.start(self._key, self._work, self._owner)

    def restart(self) -> None:
        """Begin anew, whatever came out before; one that is under way goes on instead."""
        self._runner.start(self._key, self._work, self._owner, anew=True)

    def state(self, wait: float = 0.0) -> TaskState[T] | None:
        """Where it stands; None when it never began, or was forgotten. Waits up to `wait` seconds for its end."""
        return self._runner.state(self._key, wait)

    def cancel(self) -> None:
        """End it now when it waits for a thread, else at its next step; nothing happens when it has ended."""
        self._runner.cancel(self._key)

    def result(self) -> T:
        """What comes out, after beginning it when needed, and waiting for its end. Its arrays are read-only.

        Raises:
            AppError: why it failed.
            UnexpectedError: a bug in it.
            CancelledError: somebody stopped it, or the pair that it works on was unloaded.
        """
        record = self._runner.start(self._key, self._work, self._owner)
        record.over.wait()
        state: TaskState[T] = record.state
        if state.problem is not None:
            state.problem.raise_()
        if state.ended_badly:
            raise CancelledError
        return state.result  # type: ignore[return-value]
