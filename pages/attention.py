"""Attention: who reads whom, head by head, and what reaches the pooler through all layers."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import AppError
from core.results import HEAD_MEASURES, AttentionCost, Floats
from core.words import attention as words
from pages.ui import details, markup, question, url_state
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


def by_head(request: Question, cost: AttentionCost) -> None:
    """All heads in one number each, and beside them the one that is chosen, in full."""
    if not attention_capture.captured(request, cost, "overview", "All heads"):
        return
    result = explainer().attention(request.selection, request.text, "overview")
    left, right = st.columns([6, 7], gap="large")
    with right:
        layer, head = view.choose_head(result, _KEYS)
    with left:
        view.heads(result, (layer, head), _KEYS)
        view.one_head(result, layer, head)
    with right:
        if attention_capture.captured(request, cost, layer, f"Layer {layer}"):
            name = f"Layer {layer}, head {head}"
            st.html(markup.section(name))
            tokens = explainer().attention(request.selection, request.text, layer).head(head)
            matrix(request, tokens, name, left)


def rollout(request: Question, cost: AttentionCost) -> None:
    """All layers together."""
    if attention_capture.captured(request, cost, "rollout", "Rollout"):
        st.html(markup.lead(words.ROLLOUT))
        left, right = st.columns([8, 5], gap="large")
        with left:
            matrix(request, explainer().attention(request.selection, request.text, "rollout").matrix, "Rollout", right)


def matrix(request: Question, tokens: Floats, name: str, beside: DeltaGenerator) -> None:
    """One matrix in full; `beside` it what the pooled vector reads through it."""
    pooler = explainer().pooling(request.selection, request.text).weights
    view.matrix(request, tokens, pooler, name, _KEYS["first"], beside)


def draw(request: Question) -> None:
    """The view; before it what it costs where that is much, else below."""
    cost = explainer().attention_cost(request.selection, request.text)
    restore(cost)
    chosen = view.choose_view(_KEYS["view"])
    if attention_capture.much(cost):
        st.html(markup.note(words.cost(cost)))
    if chosen == view.ROLLOUT:
        rollout(request, cost)
    else:
        by_head(request, cost)
    if not attention_capture.much(cost):
        details.how(words.cost(cost))
    params = {key: str(st.session_state[state]) for key, state in _KEYS.items()}
    url_state.write("attention", {**params, "first": HIDDEN if st.session_state[_KEYS["first"]] else SHOWN})


request = question.ask(
    "Attention", "Who reads whom: every head at a glance, one at full size, and all layers together.", classes=False
)
if request is not None:
    try:
        draw(request)
    except AppError as error:
        st.html(markup.problem(error))
