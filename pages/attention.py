"""Attention: who reads whom, head by head, and what reaches the pooler through all layers."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.figures.attention import heads, matrix
from core.figures.strip import legend, strip
from core.results import HEAD_MEASURES, AttentionCost, AttentionOverview, Floats, between_units, by_unit, read_by
from core.words import attention as words
from core.words import numbers
from pages.ui import charts, markup, question, url_state
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import attention as view
from pages.views import attention_capture

HEADS, ROLLOUT = "heads", "rollout"
VIEWS = {HEADS: "Head by head", ROLLOUT: "Rolled out over the layers"}
#: The session's keys of what stands in the URL.
_KEYS = {name: f"attention.{name}" for name in ("view", "layer", "head", "measure", "first")}
SHOWN, HIDDEN = "shown", "hidden"


def choices(needs: AttentionCost) -> str:
    """The view; every choice is what the URL asks, what was chosen before, or the first one, if it is there at all."""
    state = st.session_state
    for key, value in url_state.asked("attention", _KEYS).items():
        state[_KEYS[key]] = int(value) if value.isdecimal() else value == HIDDEN if key == "first" else value
    known = {
        "view": VIEWS,
        "layer": range(1, needs.layers + 1),
        "head": range(1, needs.heads + 1),
        "measure": HEAD_MEASURES,
        "first": (False, True),
    }
    for key, values in known.items():
        if state.get(_KEYS[key]) not in values:
            state[_KEYS[key]] = next(iter(values))
    chosen = st.segmented_control(
        "View",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        key=_KEYS["view"],
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return chosen or HEADS


def overview(result: AttentionOverview) -> tuple[int, int]:
    """All heads in one number each; layer and head, by a click on a cell or in the boxes."""

    def clicked(x: float, y: float) -> None:
        st.session_state[_KEYS["layer"]], st.session_state[_KEYS["head"]] = round(y), round(x)

    left, right = st.columns([8, 5], gap="large")
    layers, count = result.shape
    with right:
        one, two = st.columns(2)
        layer = one.selectbox("Layer", range(1, layers + 1), key=_KEYS["layer"], persist_state="session")
        head = two.selectbox("Head", range(1, count + 1), key=_KEYS["head"], persist_state="session")
        st.html(markup.facts(view.numbers_of(result, layer, head)))
        st.html(markup.note("Means over all tokens that read. Effective tokens: exp of the entropy of a row."))
    with left:
        measure = st.selectbox(
            "All heads by",
            HEAD_MEASURES,
            format_func=words.MEASURED.__getitem__,
            key=_KEYS["measure"],
            persist_state="session",
        )
        alt = f"{words.MEASURED[measure]} of {count} heads in each of {layers} layers"
        charts.clickable(heads(result, measure, (layer, head), charts.theme()), "heads", alt, clicked)
    return layer, head


def drawn(request: Question, tokens: Floats, what: str) -> None:
    """One matrix: what the pooled vector reads, as tinted text, and everything, as a heat map."""
    weights = explainer().pooling(request.selection, request.text).weights
    read = by_unit(read_by(tokens, weights), request.units)
    first = next(i for i, unit in enumerate(request.units) if 0 in unit.tokens)
    name = request.units[first].text
    hide = st.toggle(
        f"Hide {markup.plain(name, 20)}, the first, and spread the colours over the rest",
        key=_KEYS["first"],
        persist_state="session",
    )
    values = between_units(tokens, request.units)
    st.html(markup.note(words.first_took(values, read, first, name, request.by)))
    left, right = st.columns([8, 5], gap="large")
    with left:
        figure = matrix(values, request.units, charts.theme(), hidden=first if hide else None)
        charts.chart(figure, "matrix", f"{what}: which of {len(request.units)} {request.by} reads which")
        st.html(legend("0 %", numbers.percentage(view.largest(values, first if hide else None)), signed=False))
        st.html(markup.note(view.reading(request.units, request.by)))
    with right:
        if hide:
            read[first] = 0.0
        st.html(markup.section("What the pooled vector reads"))
        st.html(strip(request.reading, request.units, read, "read"))
        st.html(legend("0 %", numbers.percentage(float(read.max())), signed=False))
        st.html(markup.note(words.POOLED))


def draw(request: Question) -> None:
    """The cost, then the view."""
    needs = explainer().attention_cost(request.selection, request.text)
    view = choices(needs)
    st.html(markup.note(words.cost(needs)))
    if view == ROLLOUT:
        if attention_capture.captured(request, needs, "rollout", "Rollout"):
            result = explainer().attention(request.selection, request.text, "rollout")
            st.html(markup.lead(words.ROLLOUT))
            drawn(request, result.matrix, "Rollout")
    elif attention_capture.captured(request, needs, "overview", "All heads"):
        layer, head = overview(explainer().attention(request.selection, request.text, "overview"))
        if attention_capture.captured(request, needs, layer, f"Layer {layer}"):
            st.html(markup.section(f"Layer {layer}, head {head}"))
            drawn(request, explainer().attention(request.selection, request.text, layer).head(head), f"Layer {layer}")
    written = {key: str(st.session_state[state]) for key, state in _KEYS.items()}
    written["first"] = HIDDEN if st.session_state[_KEYS["first"]] else SHOWN
    url_state.write("attention", dict(written))


asked = question.ask("Attention", "Who reads whom: every head at a glance, one at full size, and all layers together.")
if asked is not None:
    try:
        draw(asked)
    except AppError as error:
        st.html(markup.problem(error))
