"""Long work on a page: it begins by itself, can be stopped and begun again, and tells how it failed."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.results import Problem, TaskState, TaskStatus
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


class FakeTask(Task[int]):
    """A task whose states the test sets, and what it was asked to do."""

    def __init__(self, *states: TaskState[int] | None) -> None:
        super().__init__(TaskRunner(1), "fake", lambda _: 0)
        self.states = list(states)
        self.asked: list[str] = []

    def start(self) -> None:
        self.asked.append("start")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def state(self, wait: float = 0.0) -> TaskState[int] | None:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


TASKS: dict[str, FakeTask] = {}


def page() -> None:
    import streamlit as st

    from pages.ui import task_progress
    from tests.pages.ui.test_task_progress import TASKS

    result = task_progress.result(TASKS["now"], "trying", "Trying scales")
    st.text(f"result: {result}")


def drawn(*states: TaskState[int] | None) -> Any:
    TASKS["now"] = FakeTask(*states)
    return AppTest.from_function(page).run(timeout=30)


def done(result: int) -> TaskState[int]:
    return TaskState(TaskStatus.DONE, 1.0, "done", result)


def html(app: Any) -> str:
    return " ".join(str(block.proto.body) for block in app.get("html"))


def buttons(app: Any) -> list[str]:
    return [button.label for button in app.button]


def test_work_that_nobody_asked_for_begins() -> None:
    app = drawn(None, done(42))
    assert app.text[0].value == "result: 42"
    assert TASKS["now"].asked == ["start"]


def test_a_result_from_before_starts_nothing() -> None:
    assert drawn(done(7)).text[0].value == "result: 7"
    assert TASKS["now"].asked == []


def test_progress_and_cancel() -> None:
    app = drawn(TaskState(TaskStatus.RUNNING, 0.25, "scale 10 of 41"))
    assert buttons(app) == ["Cancel"]
    assert "Trying scales" in html(app)
    assert "scale 10 of 41" in html(app)
    assert 'aria-valuenow="25"' in html(app)
    app.button[0].click().run(timeout=30)
    assert TASKS["now"].asked == ["cancel"]


def test_stopped_work_waits_to_be_begun_again() -> None:
    app = drawn(TaskState(TaskStatus.CANCELLED, 0.4, "cancelled"))
    assert "stopped at 40\u00a0%" in html(app)
    assert buttons(app) == ["Start again"]
    app.button[0].click().run(timeout=30)
    assert TASKS["now"].asked == ["start"]


def test_a_failure_is_told() -> None:
    problem = Problem.of(InputError("It is too long.", fix="shorten it."))
    app = drawn(TaskState(TaskStatus.FAILED, 0.1, "failed", problem=problem))
    assert "It is too long." in html(app)
    assert "Shorten it." in html(app)
    assert app.text[0].value == "result: None"


def test_a_bug_is_raised_with_its_traceback() -> None:
    problem = Problem.of(ZeroDivisionError("division by zero"))
    app = drawn(TaskState(TaskStatus.FAILED, 0.1, "failed", problem=problem))
    assert "ZeroDivisionError: division by zero" in app.exception[0].message
