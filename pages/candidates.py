"""Candidates: what is there, what each needs, what is in memory; load, unload, add your own."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from core.errors import AppError
from core.results import Availability, CandidateSummary, Selection
from core.words import untrained_head
from pages.ui import candidate_picker, frame, loading, markup
from pages.ui.candidate_titles import titles
from pages.ui.services import engine
from pages.views import add_candidate, candidate_details, candidate_groups, export, removal

LIST = "candidates.list"


def pick() -> None:
    """Choose what was clicked in the list; runs before the page is drawn."""
    candidate_picker.select(st.session_state[LIST])


def master(candidates: list[CandidateSummary], chosen: CandidateSummary) -> None:
    """The list: one group at a time, the chosen candidate marked."""
    group = candidate_groups.choose(chosen)
    shown = {c.id: c for c in candidates if c.role == group}
    if shown:
        loaded, named = {model.selection.candidate for model in engine().loaded()}, titles(list(shown.values()))
        st.session_state[LIST] = chosen.id if chosen.id in shown else None
        st.radio(
            "Candidate",
            list(shown),
            format_func=lambda i: markup.plain(named[i]),
            captions=[candidate_details.caption(c, loaded=c.id in loaded) for c in shown.values()],
            key=LIST,
            on_change=pick,
            label_visibility="collapsed",
        )
    if group == "own":
        add_candidate.form(empty=not shown)


def detail(candidate: CandidateSummary, selection: Selection) -> None:
    """The chosen candidate with its adapter: what it is, load or unload, health."""
    here = engine().loaded_model(selection)
    st.html(candidate_details.head(candidate, selection, untrained_head=bool(here and here.untrained_head)))
    model = loading.ready(selection, candidate, ask=True)
    if model is not None:
        if model.untrained_head:
            st.html(markup.warning(f"{untrained_head.because(model)} {untrained_head.way_on(model)}"))
        with st.container(horizontal=True):
            if not model.untrained_head and st.button("Classify with it", type="primary", key="use"):
                st.switch_page("pages/classify.py")
            removal.unload(selection, "unload")
        candidate_picker.template_switch(selection)
        st.html(candidate_details.loaded(model))
        st.html(markup.section("Health"))
        st.html(candidate_details.health(model.health))
        export.panel(model)
    elif candidate.availability is not Availability.MISSING and candidate.problem_with(selection.adapter) is None:
        needs(selection)
        add_candidate.quantised(candidate)
    if candidate.role == "own":
        removal.remove(candidate)


def needs(selection: Selection) -> None:
    """Memory by dtype; nothing where it is not known, which `loading.ready` says."""
    with suppress(AppError):
        st.html(candidate_details.needs(engine().requirements(selection)))


def memory(chosen: Selection) -> None:
    """Everything that is in memory, whoever loaded it; what is chosen has its button beside its name."""
    models = engine().loaded()
    if not models:
        return
    st.html(markup.section("In memory"))
    for i, model in enumerate(models):
        name, button = st.columns([5, 2], vertical_alignment="center")
        name.html(candidate_details.in_memory(model, candidate_picker.name_of(model.selection)))
        with button:
            if model.selection != replace(chosen, untrained_head=model.selection.untrained_head):
                removal.unload(model.selection, f"unload-{i}")


selection, chosen = frame.selection()
st.html(markup.title("Candidates", "What can classify here, what each one needs, and what is in memory."))
frame.section_links()
for error in engine().problems():
    st.html(markup.problem(error))
left, right = st.columns(2, gap="medium")
with left:
    master(candidate_picker.offered(), chosen)
    memory(selection)
with right:
    detail(chosen, selection)
