"""Where a long piece of work stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from core.results.problem import Problem

T = TypeVar("T")


class TaskStatus(StrEnum):
    """The life of a task, in order; it ends in one of the last three."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, eq=False)
class TaskState(Generic[T]):
    """A task at one moment.

    Attributes:
        fraction: share that is done, 0 to 1; of a task that failed or was cancelled, how far it came.
        stage: what is being done, in words.
        result: what came out, once it is done; its arrays are read-only.
        problem: why it failed.
    """

    status: TaskStatus = TaskStatus.WAITING
    fraction: float = 0.0
    stage: str = "waiting"
    result: T | None = None
    problem: Problem | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in (TaskStatus.WAITING, TaskStatus.RUNNING)

    @property
    def ended_badly(self) -> bool:
        """Ended without a result."""
        return self.status in (TaskStatus.FAILED, TaskStatus.CANCELLED)
