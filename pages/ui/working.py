"""Long work on a page: begun, shown with its progress and a way to stop it, and its result."""

from __future__ import annotations

from typing import Any, Protocol

import streamlit as st

from core.results import JobState
from pages.ui import markup

#: How long one look waits for the end: work that is quicker shows no progress bar.
_LOOK_SECONDS = 0.7


class Work(Protocol):
    """Long work of the explainer, with everything but these given."""

    def __call__(self, *, start: bool = False, stop: bool = False, wait: float = 0.0) -> JobState | None:
        """Begin it, stop it, or look where it stands."""


def result(work: Work, key: str, name: str) -> Any | None:
    """What came out; or None, after drawing how far it is and what can be done. It begins by itself."""
    state = work(wait=_LOOK_SECONDS) or work(start=True, wait=_LOOK_SECONDS)
    if state is None or not state.ended:
        _progress(work, key, name)
        return None
    if not state.ended_badly:
        return state.result
    if state.error is not None:
        st.html(markup.problem(state.error))
    else:
        st.html(markup.note(f"{name}: stopped at {round(100 * state.fraction)} %."))
    st.button("Start again", key=f"{key}.again", on_click=_begin, args=(work,))
    return None


def _begin(work: Work) -> None:
    work(start=True)


def _stop(work: Work) -> None:
    work(stop=True)


@st.fragment(run_every=0.2)
def _progress(work: Work, key: str, name: str) -> None:
    state = work()
    if state is not None and not state.ended:
        st.html(markup.progress(state.fraction, name, state.stage))
        st.button("Cancel", key=f"{key}.cancel", on_click=_stop, args=(work,))
        state = work(wait=0.1)
    if state is None or state.ended:
        st.rerun()
