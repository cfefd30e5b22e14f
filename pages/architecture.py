"""Architecture: modules, parameters, what is trained and what it costs, also of candidates that are not here."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import AppError
from core.figures import architecture as figures
from core.results import Architecture, Selection
from core.words import architecture as sentences
from pages.ui import charts, frame, markup, url_state
from pages.ui.services import architectures
from pages.views import architecture as view
from pages.views import architecture_costs

_NAMES = ("as", "train", "classes", "colours", "length", "find", "levels")
_KEYS = {name: f"architecture.{name}" for name in _NAMES}
#: Whole numbers with their bounds and what they are at first.
_COUNTS = {"classes": (1, 100_000, 2), "levels": (1, 12, 3)}


def restore() -> None:
    """Choices as the URL asks, or as they were, or the first."""
    state = st.session_state
    for key, value in url_state.asked("architecture", _KEYS).items():
        state[_KEYS[key]] = int(value) if value.isdigit() and key in (*_COUNTS, "length") else value
    for key, values in (("as", view.VIEWS), ("train", view.TUNINGS), ("colours", view.COLOURS)):
        if state.get(_KEYS[key]) not in values:
            state[_KEYS[key]] = next(iter(values))
    for key, (low, high, usual) in _COUNTS.items():
        now = state.get(_KEYS[key])
        state[_KEYS[key]] = now if isinstance(now, int) and low <= now <= high else usual


def choose(name: str, label: str, options: dict[str, str]) -> Any:
    """One of a few, kept for the session and in the URL."""
    return st.segmented_control(
        label, list(options), format_func=options.__getitem__, key=_KEYS[name], required=True, persist_state="session"
    )


def asked(selection: Selection) -> dict[str, Any]:
    """As what it is looked at; without an adapter, how it would be trained."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        requested = {"view": choose("as", "Seen as", view.VIEWS)}
        if selection.adapter is None and requested["view"] == "classifier":
            requested["tuning"] = choose("train", "What would be trained", view.TUNINGS)
            low, high, _ = _COUNTS["classes"]
            requested["num_labels"] = st.number_input(
                "Classes of a new head", low, high, key=_KEYS["classes"], persist_state="session", width=180
            )
    return requested


def parameters(result: Architecture) -> None:
    """The treemap."""
    st.html(markup.section("Where the parameters are"))
    colours: figures.Colours = choose("colours", "Colours", view.COLOURS) if result.tuning else "kind"
    st.html(view.legend(figures.legend(colours, result, charts.theme())))
    charts.chart(figures.treemap(result, colours, charts.theme()), "architecture-treemap", "Parameters by module")
    st.html(markup.note("An area is a share of the parameters. A click goes into a layer, the bar on top leads back."))
    st.html(markup.note(sentences.ties(result)))


def trained(result: Architecture) -> None:
    """The freeze map; a click searches for the module."""

    def clicked(x: float, y: float) -> None:
        hit = (round(x), result.modules[round(y)])
        st.session_state[_KEYS["find"]] = next(c.path for c in result.cells if (c.layer, c.module) == hit)

    st.html(markup.section("What is trained"))
    st.html(view.legend(figures.legend("training", result, charts.theme())))
    if result.modules:
        chosen = view.cell_of(result, st.session_state.get(_KEYS["find"], ""))
        figure = figures.freeze_map(result, chosen, charts.theme())
        charts.clickable(figure, "architecture-freeze", f"State of {len(result.cells)} modules", clicked)
        st.html(markup.note("A click on a module finds it in the tree below."))
    st.html(view.outside(result) + markup.note(sentences.copies(result)))


def modules(result: Architecture) -> None:
    """The tree and its search."""
    st.html(markup.section("Modules"))
    left, right = st.columns([5, 2], gap="medium", vertical_alignment="bottom")
    words = left.text_input("Search by name or class", key=_KEYS["find"], placeholder="q_proj", persist_state="session")
    low, high, _ = _COUNTS["levels"]
    levels = right.number_input("Levels without a search", low, high, key=_KEYS["levels"], persist_state="session")
    view.tree(result, words, levels)


def torchinfo(selection: Selection, requested: dict[str, Any]) -> None:
    """The table of torchinfo, made when it is opened."""
    with st.expander("Summary by torchinfo", key="architecture.torchinfo", on_change="rerun") as opened:
        if opened.open:
            text = architectures().layer_summary(selection, **requested)
            st.code(text, language=None, height=420)
            st.download_button("Download the summary", text, f"{selection.candidate}.txt", on_click="ignore")


selection, candidate = frame.selection()
st.html(markup.title("Architecture", "How the model is put together, what of it is trained, and what it costs."))
frame.section_links()
restore()
try:
    wanted = asked(selection)
    with st.spinner("Putting it together without weights"):
        found = architectures().architecture(selection, **wanted)
    st.html(markup.lead(sentences.size(found)))
    st.html(markup.note(sentences.source(found, candidate.model_type)))
    st.html(view.facts(found))
    parameters(found)
    if found.tuning:
        trained(found)
    modules(found)
    architecture_costs.section(found, candidate.max_tokens or 0, _KEYS["length"])
    torchinfo(selection, wanted)
except AppError as error:
    st.html(markup.problem(error))
url_state.write("architecture", {key: str(st.session_state.get(state, "")) or None for key, state in _KEYS.items()})
