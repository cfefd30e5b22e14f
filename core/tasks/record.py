"""One run of a task: its work until it ended, then words or plain data alone."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Any

from core.results import Problem, TaskState, TaskStatus
from core.tasks.progress import CancelledError, Progress
from core.tasks.stopping import stoppable
from core.tasks.stored import make_read_only

Work = Callable[[Progress], Any]
#: The number of the owner, 0 for none, and what was asked for.
Key = tuple[int, Hashable]


class Record:
    """What is known of a run. `over` is set when it ended; `nbytes` is what it holds then."""

    def __init__(self, key: Key, work: Work, owner: weakref.ref[Any] | None) -> None:
        self.key = key
        self.over = threading.Event()
        self.state: TaskState[Any] = TaskState()
        self.nbytes = 0
        self._work: Work | None = work
        self._owner = owner
        self._stop = threading.Event()

    @property
    def orphaned(self) -> bool:
        """Whether what it belongs to is gone."""
        return self._owner is not None and self._owner() is None

    @property
    def joinable(self) -> bool:
        """Whether whoever asks for the same may have this one: it is done, or goes on and nobody stopped it."""
        return self.state.status is TaskStatus.DONE or not (self.state.ended or self._stop.is_set())

    def run(self) -> None:
        """Do the work, once, in this thread."""
        work, self._work = self._work, None
        # Told once the frames of the work are gone, which an exception holds as long as it is looked at.
        self._end(self._outcome(work))

    def stop(self) -> None:
        """Ask it to stop at its next report of progress, or the next layer of a model."""
        self._stop.set()

    def end_cancelled(self) -> None:
        """End it here, without a result."""
        self._work = None
        self._end(self._cancelled())

    def _outcome(self, work: Work | None) -> TaskState[Any]:
        try:
            self._report(0.0, "starting")
            with stoppable(self._unwanted):
                result = work(self._report) if work else None
        except CancelledError:
            return self._cancelled()
        except BaseException as error:
            problem = Problem.of(error)
            self.nbytes = make_read_only(problem) + make_read_only(self.key)
            return TaskState(TaskStatus.FAILED, self.state.fraction, "failed", problem=problem)
        self.nbytes = make_read_only(result) + make_read_only(self.key)
        return TaskState(TaskStatus.DONE, 1.0, "done", result)

    def _cancelled(self) -> TaskState[Any]:
        self.nbytes = make_read_only(self.key)
        return TaskState(TaskStatus.CANCELLED, self.state.fraction, "cancelled")

    def _end(self, state: TaskState[Any]) -> None:
        self.state = state
        self.over.set()

    def _report(self, fraction: float, stage: str) -> None:
        if self._unwanted():
            raise CancelledError
        self.state = TaskState(TaskStatus.RUNNING, fraction, stage)

    def _unwanted(self) -> bool:
        return self._stop.is_set() or self.over.is_set() or self.orphaned
