"""Long work on a page: begun, shown with its progress and a way to stop it, and its result."""

from __future__ import annotations

from typing import Any, TypeVar

import streamlit as st

from core.errors import AppError
from core.results import TaskState
from core.services import Task
from pages.ui import markup

Result = TypeVar("Result")

#: How long one look waits for the end: work that is quicker shows no progress bar.
_LOOK_SECONDS = 0.7


def result(task: Task[Result], key: str, name: str) -> Result | None:
    """What came out; or None, after drawing how far it is and what can be done. It begins by itself.

    Raises:
        UnexpectedError: a bug in the work.
    """
    if task.state() is None:
        task.start()
    state = task.state(wait=_LOOK_SECONDS)
    if state is None or not state.ended:
        _progress(task, key, name)
        return None
    if not state.ended_badly:
        return state.result
    _show_failure(state, name)
    st.button("Start again", key=f"{key}.again", on_click=task.start)
    return None


def _show_failure(state: TaskState[Any], name: str) -> None:
    """Why there is no result."""
    error = state.problem.to_error() if state.problem else None
    if isinstance(error, AppError):
        st.html(markup.problem(error))
    elif error is not None:
        raise error
    else:
        st.html(markup.note(f"{name}: stopped at {round(100 * state.fraction)} %."))


@st.fragment(run_every=0.2)
def _progress(task: Task[Any], key: str, name: str) -> None:
    state = task.state()
    if state is not None and not state.ended:
        st.html(markup.progress(state.fraction, name, state.stage))
        st.button("Cancel", key=f"{key}.cancel", on_click=task.cancel)
        state = task.state(wait=0.1)
    if state is None or state.ended:
        st.rerun()
