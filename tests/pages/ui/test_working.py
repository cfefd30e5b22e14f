"""Long work on a page: it begins by itself, can be stopped and begun again, and tells how it failed."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from core.errors import InputError
from core.results import JobState


class Fake:
    """Work whose state the test sets, and what it was asked to do."""

    def __init__(self, *states: JobState | None) -> None:
        self.states = list(states)
        self.asked: list[str] = []

    def __call__(self, *, start: bool = False, stop: bool = False, wait: float = 0.0) -> JobState | None:
        self.asked += [name for name, flag in (("start", start), ("stop", stop)) if flag]
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


WORK: dict[str, Fake] = {}


def page() -> None:
    import streamlit as st

    from pages.ui import working
    from tests.pages.ui.test_working import WORK

    found = working.result(WORK["now"], "trying", "Trying scales")
    st.text(f"result: {found}")


def drawn(*states: JobState | None) -> Any:
    WORK["now"] = Fake(*states)
    return AppTest.from_function(page).run(timeout=30)


def html(app: Any) -> str:
    return " ".join(str(block.proto.body) for block in app.get("html"))


def buttons(app: Any) -> list[str]:
    return [button.label for button in app.button]


def test_work_that_nobody_asked_for_begins() -> None:
    app = drawn(None, JobState(1.0, "done", result=42))
    assert app.text[0].value == "result: 42"
    assert WORK["now"].asked == ["start"]


def test_a_result_from_before_starts_nothing() -> None:
    assert drawn(JobState(1.0, "done", result=7)).text[0].value == "result: 7"
    assert WORK["now"].asked == []


def test_progress_and_cancel() -> None:
    app = drawn(JobState(0.25, "scale 10 of 41"))
    assert buttons(app) == ["Cancel"]
    assert "Trying scales" in html(app)
    assert "scale 10 of 41" in html(app)
    assert 'aria-valuenow="25"' in html(app)
    app.button[0].click().run(timeout=30)
    assert WORK["now"].asked == ["stop"]


def test_stopped_work_waits_to_be_begun_again() -> None:
    app = drawn(JobState(0.4, "stopped", cancelled=True))
    assert "stopped at 40\u00a0%" in html(app)
    assert buttons(app) == ["Start again"]
    app.button[0].click().run(timeout=30)
    assert WORK["now"].asked == ["start"]


def test_a_failure_is_told() -> None:
    app = drawn(JobState(0.1, "failed", error=InputError("It is too long.", fix="shorten it.")))
    assert "It is too long." in html(app)
    assert "Shorten it." in html(app)
    assert app.text[0].value == "result: None"
