"""Long work on a page: it begins by itself, can be stopped and begun again, and tells how it failed."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.results import Problem, TaskStatus
from tests.fakes.task import FakeTask

TASKS: dict[str, FakeTask[int]] = {}


@pytest.fixture
def task() -> FakeTask[int]:
    """Done as soon as it is begun, with the result 42."""
    TASKS["now"] = FakeTask("now", lambda: 42, lambda: TaskStatus.DONE)
    return TASKS["now"]


def page() -> None:
    import streamlit as st

    from pages.ui import task_progress
    from tests.pages.ui.test_task_progress import TASKS

    result = task_progress.result(TASKS["now"], "trying", "Trying scales")
    st.text(f"result: {result}")


def drawn() -> Any:
    return AppTest.from_function(page).run(timeout=30)


def html(app: Any) -> str:
    return " ".join(str(block.proto.body) for block in app.get("html"))


def buttons(app: Any) -> list[str]:
    return [button.label for button in app.button]


def test_work_that_nobody_asked_for_begins(task: FakeTask[int]) -> None:
    assert drawn().text[0].value == "result: 42"
    assert task.calls == ["start"]


def test_a_result_from_before_starts_nothing(task: FakeTask[int]) -> None:
    task.put(TaskStatus.DONE)
    assert drawn().text[0].value == "result: 42"
    assert task.calls == []


def test_progress_and_cancel(task: FakeTask[int]) -> None:
    task.put(TaskStatus.RUNNING, "scale 10 of 41")
    app = drawn()
    assert buttons(app) == ["Cancel"]
    assert "Trying scales" in html(app)
    assert "scale 10 of 41" in html(app)
    assert 'aria-valuenow="25"' in html(app)
    app.button[0].click().run(timeout=30)
    assert task.calls == ["cancel"]
    assert "stopped at 25\u00a0%" in html(app)


def test_stopped_work_waits_to_be_begun_again(task: FakeTask[int]) -> None:
    task.put(TaskStatus.CANCELLED)
    app = drawn()
    assert "stopped at 25\u00a0%" in html(app)
    assert buttons(app) == ["Start again"]
    app.button[0].click().run(timeout=30)
    assert task.calls == ["start"]
    assert app.text[0].value == "result: 42"


def test_a_failure_is_told(task: FakeTask[int]) -> None:
    task.put(TaskStatus.FAILED, problem=Problem.of(InputError("It is too long.", fix="shorten it.")))
    app = drawn()
    assert "It is too long." in html(app)
    assert "Shorten it." in html(app)
    assert app.text[0].value == "result: None"


def test_a_bug_is_raised_with_its_traceback(task: FakeTask[int]) -> None:
    task.put(TaskStatus.FAILED, problem=Problem.of(ZeroDivisionError("division by zero")))
    assert "ZeroDivisionError: division by zero" in drawn().exception[0].message
