"""Merging the adapter into its base, on the page of its update: where to, what it takes, what was written."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import LoadedModel, Merge, Selection
from core.words import merge as words
from pages.ui import markup, task_progress
from pages.ui.services import merges

_OUTPUT, _DEQUANTISE = "merge.output", "merge.dequantise"
_ASKED, _TASK, _COST = "merge.asked", "merge.task", "merge.cost"
ABOUT = (
    "Base and adapter as one folder, in the type of the base's files, which opens without PEFT. It is written on the "
    "machine that this app runs on."
)


def panel(model: LoadedModel) -> None:
    """The form, and what came of it."""
    st.html(markup.note(ABOUT))
    with st.form("merge", border=False):
        st.text_input("Folder to write", key=_OUTPUT, placeholder="/models/merged", persist_state="session")
        if model.quantisation != "none":
            st.checkbox("Read the codes of the quantised base out first", key=_DEQUANTISE, persist_state="session")
        st.form_submit_button("Merge", on_click=_ask, args=(model.selection,))
    requested = st.session_state.get(_ASKED)
    if requested is not None and requested[0] == model.selection:
        try:
            _draw(*requested)
        except AppError as error:
            st.html(markup.problem(error))


def _ask(selection: Selection) -> None:
    state = st.session_state
    state[_ASKED] = (selection, state[_OUTPUT].strip(), bool(state.get(_DEQUANTISE)))
    state[_TASK] = None


def _draw(selection: Selection, output: str, dequantise: bool) -> None:
    """How far it is, or the result. The task is kept: asked for again, it would refuse the folder that it wrote."""
    state = st.session_state
    if state[_TASK] is None:
        task = merges().merge(selection, output, dequantise=dequantise)
        state[_COST] = words.cost(merges().merge_cost(selection, output))
        task.restart()
        state[_TASK] = task
    st.html(markup.note(state[_COST]))
    result: Merge | None = task_progress.result(state[_TASK], "merge", "Merging")
    if result is not None:
        st.html(markup.lead(words.written(result)))
        st.html(markup.note(" ".join((words.opened_by(result), words.length(result))).strip()))
