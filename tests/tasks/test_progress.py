"""Progress is told while work runs, and is where it learns that it shall stop."""

from __future__ import annotations

import threading

from core.errors import AppError
from core.results import TaskStatus
from core.tasks.progress import CancelledError, Progress, within
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


def test_a_stop_is_no_error_for_the_user() -> None:
    assert not issubclass(CancelledError, AppError)


def test_what_is_told_is_seen_and_the_next_telling_stops() -> None:
    told, stopped, cleaned = threading.Event(), threading.Event(), threading.Event()

    def work(on_progress: Progress) -> None:
        try:
            on_progress(0.25, "one of four")
            told.set()
            stopped.wait(60)
            on_progress(0.5, "two of four")
        finally:
            cleaned.set()

    task = Task(TaskRunner(1), "a", work)
    task.start()
    assert told.wait(60)
    state = task.state()
    assert state is not None
    assert (state.status, state.fraction, state.stage) == (TaskStatus.RUNNING, 0.25, "one of four")
    task.cancel()
    stopped.set()
    state = task.state(wait=60)
    assert state is not None
    assert (state.status, state.fraction) == (TaskStatus.CANCELLED, 0.25)
    assert cleaned.is_set()


def test_a_part_of_the_work_takes_its_share() -> None:
    told: list[tuple[float, str]] = []
    part = within(lambda fraction, stage: told.append((fraction, stage)), 0.5, 0.9)
    part(0.0, "a")
    part(0.25, "b")
    part(1.0, "c")
    assert told == [(0.5, "a"), (0.6, "b"), (0.9, "c")]
