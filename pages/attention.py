"""Attention: who reads whom, head by head, and what reaches the pooler through all layers."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import HEAD_MEASURES, AttentionCost, AttentionOverview, Floats
from core.words import attention as words
from pages.ui import markup, question, url_state
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import attention as view
from pages.views import attention_capture

#: The session's keys of what stands in the URL.
_KEYS = {name: f"attention.{name}" for name in ("view", "layer", "head", "measure", "first")}
SHOWN, HIDDEN = "shown", "hidden"


def restore(cost: AttentionCost) -> None:
    """Each choice: the URL's, else the earlier one, else the first."""
    state, requested = st.session_state, url_state.requested("attention", _KEYS)
    state.update({_KEYS[key]: int(value) if value.isdecimal() else value for key, value in requested.items()})
    if "first" in requested:
        state[_KEYS["first"]] = requested["first"] == HIDDEN
    known = {
        "view": view.VIEWS,
        "layer": range(cost.layers),
        "head": range(cost.heads),
        "measure": HEAD_MEASURES,
        "first": (False, True),
    }
    for key, values in known.items():
        if state.get(_KEYS[key]) not in values:
            state[_KEYS[key]] = next(iter(values))


def choose_view() -> str:
    """Head by head, or all layers together."""
    chosen = st.segmented_control(
        "View",
        list(view.VIEWS),
        format_func=view.VIEWS.__getitem__,
        key=_KEYS["view"],
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return chosen or view.HEADS


def all_heads(result: AttentionOverview) -> tuple[int, int]:
    """All heads in one number each; layer and head, by a click on a cell or in the boxes."""
    left, right = st.columns([8, 5], gap="large")
    layers, count = result.shape
    with right:
        one, two = st.columns(2)
        layer = one.selectbox("Layer", range(layers), key=_KEYS["layer"], persist_state="session")
        head = two.selectbox("Head", range(count), key=_KEYS["head"], persist_state="session")
        view.one_head(result, layer, head)
    with left:
        view.heads(result, (layer, head), _KEYS)
    return layer, head


def matrix(request: Question, tokens: Floats, name: str) -> None:
    """One matrix in full, and what the pooled vector reads through it."""
    view.matrix(request, tokens, explainer().pooling(request.selection, request.text).weights, name, _KEYS["first"])


def draw(request: Question) -> None:
    """The cost, then the view."""
    cost = explainer().attention_cost(request.selection, request.text)
    restore(cost)
    chosen = choose_view()
    st.html(markup.note(words.cost(cost)))
    if chosen == view.ROLLOUT:
        if attention_capture.captured(request, cost, "rollout", "Rollout"):
            st.html(markup.lead(words.ROLLOUT))
            matrix(request, explainer().attention(request.selection, request.text, "rollout").matrix, "Rollout")
    elif attention_capture.captured(request, cost, "overview", "All heads"):
        layer, head = all_heads(explainer().attention(request.selection, request.text, "overview"))
        if attention_capture.captured(request, cost, layer, f"Layer {layer}"):
            name = f"Layer {layer}, head {head}"
            st.html(markup.section(name))
            matrix(request, explainer().attention(request.selection, request.text, layer).head(head), name)
    params = {key: str(st.session_state[state]) for key, state in _KEYS.items()}
    url_state.write("attention", {**params, "first": HIDDEN if st.session_state[_KEYS["first"]] else SHOWN})


request = question.ask(
    "Attention", "Who reads whom: every head at a glance, one at full size, and all layers together."
)
if request is not None:
    try:
        draw(request)
    except AppError as error:
        st.html(markup.problem(error))
