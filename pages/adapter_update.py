"""Adapter update: how much the adapter changes each weight, what it uses of its rank, what it adds that is new."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import AppError
from core.figures import adapter_update as figures
from core.results import AdapterUpdate, ModuleOverlap, Selection
from core.words import adapter_update as words
from pages.ui import charts, frame, loading, markup, task_progress, url_state
from pages.ui.services import weights
from pages.views import adapter_update as view

_MODULE, _BY = "update.module", "update.by"
_KEYS = {"module": _MODULE, "by": _BY}


def restore(result: AdapterUpdate) -> None:
    """Choices as the URL asks, or as they were, or the first."""
    st.session_state.update({_KEYS[key]: value for key, value in url_state.asked("update", _KEYS).items()})
    if st.session_state.get(_MODULE) not in [m.name for m in result.modules]:
        st.session_state[_MODULE] = max(result.modules, key=lambda m: m.relative).name
    if st.session_state.get(_BY) not in view.MEASURES:
        st.session_state[_BY] = view.CHANGE


def overlap_of(selection: Selection, by: str) -> Sequence[ModuleOverlap] | None:
    """The overlap with the base where it is asked for; None while it is computed, and where it is not."""
    if by == view.CHANGE:
        return None
    result = task_progress.result(weights().adapter_overlap(selection), "update.overlap", "Overlap with the base")
    return None if result is None else result.modules


def draw(selection: Selection) -> None:
    """The sentence, the map, one module, all of them."""
    result = weights().adapter_update(selection)
    restore(result)
    st.html(markup.lead(words.update(result)))
    st.html(view.parts(result))
    left, right = st.columns([8, 5], gap="medium")
    with left:
        by = st.selectbox(
            "Colours",
            list(view.MEASURES),
            format_func=view.MEASURES.__getitem__,
            key=_BY,
            persist_state="session",
        )
        overlaps = overlap_of(selection, by)
    with right:
        names = [m.name for m in result.modules]
        picked = st.selectbox("Module", names, key=_MODULE, persist_state="session")
        place = names.index(picked or names[0])
        view.one(result.modules[place], overlaps[place] if overlaps else None)

    def clicked(x: float, y: float) -> None:
        hit = (round(x), figures.modules(result.modules)[round(y)])
        st.session_state[_MODULE] = next(m.name for m in result.modules if (m.layer, m.module) == hit)

    if figures.modules(result.modules) and (overlaps is not None or by == view.CHANGE):
        values, message = view.layers(result.modules, overlaps, by)
        figure = figures.layers(result.modules, values, message, result.modules[place], charts.theme())
        with left:
            st.html(markup.note("A click chooses a module."))
            charts.clickable(figure, "update-layers", f"{view.MEASURES[by]}, {len(names)} modules", clicked)
    view.table(result, overlaps)
    st.html(markup.note(view.ABOUT + (view.DORA if any(m.is_dora for m in result.modules) else "")))
    if by != view.CHANGE:
        st.html(markup.note(view.OVERLAP))
    url_state.write("update", {"module": st.session_state[_MODULE], "by": by})


selection, candidate = frame.selection()
st.html(markup.title("Adapter update", "How much the adapter changes each weight, and what it uses of its rank."))
frame.section_links()
if loading.ready(selection, candidate) is not None and frame.fits():
    try:
        draw(selection)
    except AppError as error:
        st.html(markup.problem(error))
