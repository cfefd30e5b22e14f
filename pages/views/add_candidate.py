"""Add a person's own candidate, and take it from the list again."""

from __future__ import annotations

import streamlit as st

from core.config.components import POOLERS
from core.config.families import model_types
from core.config.quantisation import NAMED, quantisation_title
from core.errors import AppError
from core.results import CandidateSummary
from pages.ui import candidate_picker, markup, server_paths
from pages.ui.services import engine

_PROBLEM = "adding.problem"
_BITS, _BITS_PROBLEM = "add.bits", "adding.bits"
_MODEL_TYPES = {"": "found in its config.json"} | model_types()
_QUANTISATIONS = {name: quantisation_title(name) for name in NAMED}
_POOLERS = {"": "as the folder says"} | {name: entry.title for name, entry in POOLERS.items()}


def form(*, empty: bool) -> None:
    """Source, adapter, name; the rest can be left alone."""
    if empty:
        st.html(markup.note("Nothing was added yet. Add a folder of the server or a model of the Hub."))
    with st.form("add", border=True):
        st.html(markup.section("Add your own"))
        st.text_input("Folder or Hub id", key="add.source", placeholder="/models/my-llama or org/name@revision")
        st.text_input("Adapter folder (optional)", key="add.adapter", placeholder="/models/my-llama/adapters/intents")
        st.text_input("Name (optional)", key="add.title")
        st.selectbox("Architecture", list(_MODEL_TYPES), format_func=_MODEL_TYPES.__getitem__, key="add.type")
        st.selectbox("Pooler", list(_POOLERS), format_func=_POOLERS.__getitem__, key="add.pooler")
        st.selectbox(
            "Held in memory as", list(_QUANTISATIONS), format_func=_QUANTISATIONS.__getitem__, key="add.quantised"
        )
        st.form_submit_button("Add", type="primary", on_click=_add)
    problem: AppError | None = st.session_state.pop(_PROBLEM, None)
    if problem is not None:
        st.html(markup.problem(problem))


def _add() -> None:
    state = st.session_state
    server_paths.typed(state["add.source"], state["add.adapter"])
    try:
        added = engine().add_candidate(
            state["add.source"].strip(),
            title=state["add.title"].strip(),
            adapter=state["add.adapter"].strip(),
            model_type=state["add.type"],
            pooler_type=state["add.pooler"] or None,
            quantisation=state["add.quantised"],
        )
    except AppError as error:
        state[_PROBLEM] = error
        return
    candidate_picker.select(added.id, added.adapters[0].id if added.adapters else candidate_picker.NO_ADAPTER)
    state["add.source"] = state["add.title"] = state["add.adapter"] = ""


def quantised(candidate: CandidateSummary) -> None:
    """Offer the same candidate in fewer bits, as one of the person's own."""
    with st.form("add-quantised", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        names = [name for name in NAMED if name != "none"]
        st.selectbox("In fewer bits", names, format_func=quantisation_title, key=_BITS)
        st.form_submit_button("Add it so", on_click=_add_quantised, args=(candidate.id,))
    problem: AppError | None = st.session_state.pop(_BITS_PROBLEM, None)
    if problem is not None:
        st.html(markup.problem(problem))


def _add_quantised(candidate_id: str) -> None:
    try:
        added = engine().add_quantised(candidate_id, st.session_state[_BITS])
    except AppError as error:
        st.session_state[_BITS_PROBLEM] = error
        return
    candidate_picker.select(added.id)
