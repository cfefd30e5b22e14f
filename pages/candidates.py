"""Candidates: what is there, what each needs, what is in memory; load, unload, add your own."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from core.errors import AppError
from core.results import Availability, CandidateSummary, Selection
from pages.ui import candidate_picker, frame, loading, markup
from pages.ui.services import engine
from pages.views import add_candidate, candidate_details, export

LIST = "candidates.list"
GROUP = "candidates.group"
GROUPS = {"demo": "Demos", "candidate": "Candidates", "teacher": "Teachers", "own": "Your own"}


def pick() -> None:
    """Choose what was clicked in the list; runs before the page is drawn."""
    candidate_picker.select(st.session_state[LIST])


def master(candidates: list[CandidateSummary], chosen: CandidateSummary) -> None:
    """The list: one group at a time, the chosen candidate marked."""
    if st.session_state.get("candidates.shown") != chosen.id:
        st.session_state[GROUP] = chosen.role
        st.session_state["candidates.shown"] = chosen.id
    group = st.segmented_control(
        "Group", list(GROUPS), format_func=GROUPS.__getitem__, key=GROUP, label_visibility="collapsed", required=True
    )
    shown = {c.id: c for c in candidates if c.role == group}
    if shown:
        loaded = {model.selection.candidate for model in engine().loaded()}
        st.session_state[LIST] = chosen.id if chosen.id in shown else None
        st.radio(
            "Candidate",
            list(shown),
            format_func=lambda i: markup.plain(shown[i].title or i),
            captions=[candidate_details.caption(c, loaded=c.id in loaded) for c in shown.values()],
            key=LIST,
            on_change=pick,
            label_visibility="collapsed",
        )
    if group == "own":
        add_candidate.form(empty=not shown)


def detail(candidate: CandidateSummary, selection: Selection) -> None:
    """The chosen candidate with its adapter: what it is, load or unload, health."""
    st.html(candidate_details.head(candidate))
    model = loading.ready(selection, candidate, ask=True)
    if model is not None:
        with st.container(horizontal=True):
            if st.button("Classify with it", type="primary", key="use"):
                st.switch_page("pages/classify.py")
            st.button("Unload", key="unload", on_click=engine().unload, args=(selection,))
        candidate_picker.template_switch(selection)
        st.html(candidate_details.loaded(model))
        st.html(markup.section("Health"))
        st.html(candidate_details.health(model.health))
        export.panel(model)
    elif candidate.availability is not Availability.MISSING:
        needs(selection)
        add_candidate.quantised(candidate)
    if candidate.role == "own":
        st.button("Remove from the list", key="remove", on_click=add_candidate.remove, args=(candidate.id,))


def needs(selection: Selection) -> None:
    """Memory by dtype; nothing where it is not known, which `loading.ready` says."""
    with suppress(AppError):
        st.html(candidate_details.needs(engine().requirements(selection)))


def memory() -> None:
    """Everything that is in memory, whoever loaded it."""
    models = engine().loaded()
    if not models:
        return
    st.html(markup.section("In memory"))
    for i, model in enumerate(models):
        name, button = st.columns([5, 2], vertical_alignment="center")
        name.html(candidate_details.in_memory(model))
        button.button("Unload", key=f"unload-{i}", on_click=engine().unload, args=(model.selection,), width="stretch")


selection, chosen = frame.selection()
st.html(markup.title("Candidates", "What can classify here, what each one needs, and what is in memory."))
frame.section_links()
for error in engine().problems():
    st.html(markup.problem(error))
left, right = st.columns([5, 7], gap="large")
with left:
    master(candidate_picker.offered(), chosen)
    memory()
with right:
    detail(chosen, selection)
