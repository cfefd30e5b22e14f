"""Adapter update: how much the adapter changes each weight, what it uses of its rank, what it adds that is new."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import AppError
from core.results import AdapterUpdate, LoadedModel, ModuleOverlap, Selection
from pages.ui import details, frame, loading, markup, task_progress, url_state
from pages.ui.services import adapter_updates
from pages.views import adapter_update as view
from pages.views import merge

_MODULE, _BY = "update.module", "update.by"
_KEYS = {"module": _MODULE, "by": _BY}


def restore(result: AdapterUpdate) -> None:
    """Choices as the URL asks, or as they were, or the first."""
    st.session_state.update({_KEYS[key]: value for key, value in url_state.requested("update", _KEYS).items()})
    if st.session_state.get(_MODULE) not in [m.name for m in result.modules]:
        st.session_state[_MODULE] = max(result.modules, key=lambda m: m.relative).name
    if st.session_state.get(_BY) not in view.MEASURES:
        st.session_state[_BY] = view.CHANGE


def choose_measure() -> str:
    """What the colours of the map show."""
    return st.selectbox(
        "Colours", list(view.MEASURES), format_func=view.MEASURES.__getitem__, key=_BY, persist_state="session"
    )


def choose_module(result: AdapterUpdate) -> int:
    """Index of the module that the person looks at."""
    names = [m.name for m in result.modules]
    return names.index(st.selectbox("Module", names, key=_MODULE, persist_state="session") or names[0])


def overlaps_by(measure: str, selection: Selection) -> Sequence[ModuleOverlap] | None:
    """The overlap with the base where it is asked for; None while it is computed, and where it is not."""
    if measure == view.CHANGE:
        return None
    result = task_progress.result(
        adapter_updates().adapter_overlap(selection), "update.overlap", "Overlap with the base"
    )
    return None if result is None else result.modules


def draw(selection: Selection, model: LoadedModel) -> None:
    """The sentence, the map beside one module; on request all of them, the method, a merge."""
    result = adapter_updates().adapter_update(selection)
    restore(result)
    view.summary(result)
    left, right = st.columns([8, 5], gap="medium")
    with left:
        measure = choose_measure()
        overlaps = overlaps_by(measure, selection)
    with right:
        chosen = choose_module(result)
        view.module(result.modules[chosen], overlaps[chosen] if overlaps else None)
    if overlaps is not None or measure == view.CHANGE:
        with left:
            view.layers(result.modules, overlaps, measure, chosen, _MODULE)
    details.part("Every module in numbers", "table", lambda: view.table(result, overlaps))
    details.part("How this was found", "how", lambda: view.notes(result, measure))
    details.part("Merge into one checkpoint", "merge", lambda: merge.panel(model))
    url_state.write("update", {"module": st.session_state[_MODULE], "by": measure})


selection, candidate = frame.selection()
st.html(markup.title("Adapter update", "How much the adapter changes each weight, and what it uses of its rank."))
frame.section_links()
model = loading.ready(selection, candidate)
if model is not None and frame.fits():
    try:
        draw(selection, model)
    except AppError as error:
        st.html(markup.problem(error))
