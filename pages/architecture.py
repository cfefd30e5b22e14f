"""Architecture: modules, parameters, what is trained and what it costs, also of candidates that are not here."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.errors import AppError
from core.results import Architecture, Selection
from core.words import architecture as words
from pages.ui import details, frame, markup, url_state
from pages.ui.services import architectures
from pages.views import architecture as view
from pages.views import architecture_costs

_NAMES = ("as", "train", "classes", "colours", "length", "find", "levels")
_KEYS = {name: f"architecture.{name}" for name in _NAMES}
#: Whole numbers with their bounds and what they are at first.
_LEVELS = (1, 12)
_COUNTS = {"classes": (1, 100_000, 2), "levels": (*_LEVELS, 3)}


def restore() -> None:
    """Choices as the URL asks, or as they were, or the first."""
    state = st.session_state
    for key, value in url_state.requested("architecture", _KEYS).items():
        state[_KEYS[key]] = int(value) if value.isdigit() and key in (*_COUNTS, "length") else value
        if key == "find" and value:
            details.unfold("modules")
    for key, values in (("as", view.VIEWS), ("train", view.TUNINGS), ("colours", view.COLOURS)):
        if state.get(_KEYS[key]) not in values:
            state[_KEYS[key]] = next(iter(values))
    for key, (low, high, usual) in _COUNTS.items():
        count = state.get(_KEYS[key])
        state[_KEYS[key]] = count if isinstance(count, int) and low <= count <= high else usual


def choose(name: str, label: str, options: dict[str, str]) -> Any:
    """One of a few, kept for the session and in the URL."""
    return st.segmented_control(
        label, list(options), format_func=options.__getitem__, key=_KEYS[name], required=True, persist_state="session"
    )


def choose_composition(selection: Selection) -> dict[str, Any]:
    """As what it is looked at; without an adapter, how it would be trained. Arguments for the service."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        composition = {"view": choose("as", "Seen as", view.VIEWS)}
        if selection.adapter is None and composition["view"] == "classifier":
            composition["tuning"] = choose("train", "What would be trained", view.TUNINGS)
            low, high, _ = _COUNTS["classes"]
            composition["num_labels"] = st.number_input(
                "Classes of a new head", low, high, key=_KEYS["classes"], persist_state="session", width=180
            )
        if composition["view"] == "classifier":
            choose("colours", "Colours", view.COLOURS)
    return composition


def layer_summary(selection: Selection, composition: dict[str, Any]) -> None:
    """The table of torchinfo."""
    st.html(markup.note(words.TORCHINFO))
    st.code(text := architectures().layer_summary(selection, **composition), language=None, height=420)
    st.download_button("Download the summary", text, f"{selection.candidate}.txt", on_click="ignore")


def folded(result: Architecture, selection: Selection, composition: dict[str, Any], longest: int) -> None:
    """What is trained, every module, what it costs, and torchinfo's table: each when it is opened."""
    if result.tuning:
        details.part(
            "What is trained, layer by module", "trained", lambda: view.freeze_map(result, _KEYS["find"], "modules")
        )
    details.part("Every module", "modules", lambda: view.modules(result, _KEYS["find"], _KEYS["levels"], _LEVELS))
    cost = partial(architectures().costs, selection, **composition)
    details.part(
        "What it costs in memory and operations",
        "costs",
        lambda: architecture_costs.section(result, longest, _KEYS["length"], cost),
    )
    details.part("Summary by torchinfo", "torchinfo", lambda: layer_summary(selection, composition))


selection, candidate = frame.selection()
st.html(markup.title("Architecture", "How the model is put together, what of it is trained, and what it costs."))
frame.section_links()
restore()
try:
    composition = choose_composition(selection)
    with st.spinner("Putting it together without weights"):
        result = architectures().architecture(selection, **composition)
    st.html(markup.lead(words.size(result)))
    view.treemap(result, st.session_state[_KEYS["colours"]] if result.tuning else "kind")
    st.html(view.facts(result))
    st.html(markup.note(words.source(result, candidate.model_type)))
    folded(result, selection, composition, candidate.tokens_read(selection.adapter) or 0)
except AppError as error:
    st.html(markup.problem(error))
url_state.write("architecture", {key: str(st.session_state.get(state, "")) or None for key, state in _KEYS.items()})
