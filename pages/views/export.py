"""A loaded candidate as a folder for other programs: where to, in which format, and what was written."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from core.config.components import DEFAULT_HEAD, DEFAULT_POOLER
from core.errors import AppError
from core.results import LoadedModel, ModelFormat, Selection
from core.words import export as words
from pages.ui import markup, task_progress
from pages.ui.services import exports

_OUTPUT, _FORMAT, _REQUESTED = "export.output", "export.format", "export.requested"
#: The pair for which a format was preselected.
_PAIR = "export.pair"
ABOUT = f"{words.ABOUT} The folder is written on the machine that this app runs on."


def panel(model: LoadedModel) -> None:
    """The form, and what came of it."""
    st.html(markup.section("Export"))
    st.html(markup.note(ABOUT))
    as_stock = (model.pooler, model.head) == (DEFAULT_POOLER, DEFAULT_HEAD)
    if not as_stock:
        st.html(markup.note(words.NO_STOCK_CLASS))
    if st.session_state.get(_PAIR) != model.selection:
        st.session_state.update({_PAIR: model.selection, _FORMAT: "transformers" if as_stock else "onnx"})
    with st.form("export", border=False):
        st.text_input("Folder to write", key=_OUTPUT, placeholder="/models/exported", persist_state="session")
        st.selectbox("Format", get_args(ModelFormat), format_func=words.title, key=_FORMAT, persist_state="session")
        st.form_submit_button("Export", on_click=_begin, args=(model.selection,))
    requested = st.session_state.get(_REQUESTED)
    if requested is not None and requested[0] == model.selection:
        try:
            _draw(*requested)
        except AppError as error:
            st.html(markup.problem(error))


def _begin(selection: Selection) -> None:
    state = st.session_state
    state[_REQUESTED] = (selection, state[_OUTPUT].strip(), state[_FORMAT])
    if state[_OUTPUT].strip():
        exports().export(*state[_REQUESTED]).restart()


def _draw(selection: Selection, output: str, model_format: ModelFormat) -> None:
    result = task_progress.result(exports().export(selection, output, model_format), "export.task", "Export")
    if result is not None:
        st.html(markup.lead(words.written(result)))
        st.html(markup.note(words.compared(result)))
