"""Taking from memory, or from the list, what others may be using: they are counted, and the person is asked first."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.errors import AppError
from core.results import CandidateSummary, Selection
from pages.ui import candidate_picker, markup, visitors
from pages.ui.services import engine

#: The key of the button whose click waits for an answer, and why the last one failed.
_ASKED, _PROBLEM = "removal.asked", "removal.problem."


def unload(selection: Selection, key: str) -> None:
    """The button that takes a pair out of memory."""
    _button(
        "Unload",
        key,
        lambda: visitors.others(selection.candidate, selection.adapter),
        lambda: engine().unload(selection),
    )


def remove(candidate: CandidateSummary) -> None:
    """The button that takes a candidate from the list; its files stay where they are."""
    _button(
        "Remove from the list",
        "remove",
        lambda: visitors.others(candidate.id, any_adapter=True),
        lambda: _remove(candidate.id),
    )


def _button(label: str, key: str, others: Callable[[], int], work: Callable[[], None]) -> None:
    """Does the work at once where nobody else uses it, else after one more click."""
    with st.container(key=f"{key}-asked", gap="small"):
        st.button(label, key=key, on_click=_clicked, args=(key, others, work))
        if st.session_state.get(_ASKED) == key:
            st.html(markup.warning(f"{visitors.said(others())}, and it would go for them too."))
            with st.container(horizontal=True, gap="small"):
                st.button(f"{label} for all", key=f"{key}.yes", on_click=_answered, args=(key, work))
                st.button("Keep it", key=f"{key}.no", on_click=_answered, args=(key, None))
    problem: AppError | None = st.session_state.pop(_PROBLEM + key, None)
    if problem is not None:
        st.html(markup.problem(problem))


def _clicked(key: str, others: Callable[[], int], work: Callable[[], None]) -> None:
    if others():
        st.session_state[_ASKED] = key
    else:
        _answered(key, work)


def _answered(key: str, work: Callable[[], None] | None) -> None:
    st.session_state.pop(_ASKED, None)
    try:
        if work is not None:
            work()
    except AppError as error:  # somebody else was faster
        st.session_state[_PROBLEM + key] = error


def _remove(candidate_id: str) -> None:
    engine().remove_candidate(candidate_id)
    candidate_picker.select(candidate_picker.offered()[0].id)
