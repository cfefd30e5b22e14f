"""Long work that stands where a test puts it: no thread, and nothing that takes time."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar, assert_never

from core.errors import AppError, InputError
from core.results import Problem, TaskState, TaskStatus
from core.services import Task
from core.tasks.progress import CancelledError

T = TypeVar("T")

#: How far a task is that does not get to its end, and what it does there.
FRACTION, STAGE = 0.25, "step 1 of 4"
PROBLEM = Problem.of(InputError("The <b>work</b> failed.", fix="try another text."))


class FakeTask(Generic[T]):
    """`work` makes the result; `becomes` says what the task turns into when it is begun. `calls` are those it got."""

    def __init__(self, task_id: str, work: Callable[[], T], becomes: Callable[[], TaskStatus]) -> None:
        self.calls: list[str] = []
        self._id = task_id
        self._work = work
        self._becomes = becomes
        self._state: TaskState[T] | None = None

    @property
    def id(self) -> str:
        return self._id

    def start(self) -> None:
        self.calls.append("start")
        if self._state is None or self._state.ended_badly:
            self.put(self._becomes())

    def restart(self) -> None:
        self.calls.append("restart")
        if self._state is None or self._state.ended:
            self.put(self._becomes())

    def state(self, wait: float = 0.0) -> TaskState[T] | None:
        return self._state

    def cancel(self) -> None:
        self.calls.append("cancel")
        if self._state is not None and not self._state.ended:
            self.put(TaskStatus.CANCELLED)

    def result(self) -> T:
        if self._state is None or self._state.ended_badly:
            self.put(self._becomes())
        if self._state is not None and not self._state.ended:
            self.put(TaskStatus.DONE)
        if self._state is not None and self._state.problem is not None:
            self._state.problem.raise_()
        if self._state is None or self._state.ended_badly:
            raise CancelledError
        return self._state.result  # type: ignore[return-value]

    def put(self, status: TaskStatus, stage: str = STAGE, problem: Problem = PROBLEM) -> None:
        """Let it stand there now."""
        match status:
            case TaskStatus.WAITING:
                self._state = TaskState()
            case TaskStatus.RUNNING:
                self._state = TaskState(status, FRACTION, stage)
            case TaskStatus.DONE:
                self._state = self._done()
            case TaskStatus.FAILED:
                self._state = TaskState(status, FRACTION, "failed", problem=problem)
            case TaskStatus.CANCELLED:
                self._state = TaskState(status, FRACTION, "cancelled")
            case _:
                assert_never(status)

    def _done(self) -> TaskState[T]:
        """With the result, or with why there is none."""
        try:
            return TaskState(TaskStatus.DONE, 1.0, "done", self._work())
        except AppError as error:
            return TaskState(TaskStatus.FAILED, 0.0, "failed", problem=Problem.of(error))


class FakeTasks:
    """All tasks of one `FakeServices`, by id: the same work is the same task.

    Attributes:
        becomes: what a task turns into when it is begun.
    """

    def __init__(self) -> None:
        self.becomes = TaskStatus.DONE
        self.known: dict[str, FakeTask[Any]] = {}

    def task(self, work: Callable[[], T], *key: object) -> FakeTask[T]:
        """The task of that key; its work is done when it is begun."""
        task_id = f"{zlib.crc32(repr(key).encode(errors='replace')):08x}"
        return self.known.setdefault(task_id, FakeTask(task_id, work, lambda: self.becomes))


def _is_a_task(task: FakeTask[T]) -> Task[T]:
    """For mypy."""
    return task
