"""Classify a text: ask, read the verdict."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.results import CandidateSummary, Selection
from pages.ui import browser, candidate_picker, examples, frame, loading, markup, question, untrained_head
from pages.ui.question_line import ASKED
from pages.ui.services import engine
from pages.views import home, kept_answer, quantisation_effect, reason
from pages.views import verdict as view

TEXT, FOLLOWED = "classify.text", "classify.followed"


def ask(text: str | None = None) -> None:
    """Make a text the one that is to be answered, or what is in the form; runs before the page is drawn."""
    text = st.session_state[TEXT] if text is None else text
    st.session_state.update({TEXT: text, ASKED: text, FOLLOWED: text})


def begin(offered: examples.Examples) -> None:
    """The form holds what was asked, here or on another page or by a link, until the person types something else."""
    question.follow_link()
    question.begin(offered)
    if (text := st.session_state.get(ASKED)) != st.session_state.get(FOLLOWED):
        st.session_state[TEXT] = st.session_state[FOLLOWED] = text


def form(offered: examples.Examples, selection: Selection, switch: DeltaGenerator, more: DeltaGenerator) -> None:
    """The form; in places below it the switch of the chat template, and the examples."""
    with st.form("ask", border=False):
        st.text_area("Text", key=TEXT, height=150, placeholder="Type or paste a text", persist_state="session")
        idle = engine().loaded_model(selection) is None and engine().load_state(selection) is None
        why = "Load the model first." if idle else None
        st.form_submit_button("Classify", type="primary", on_click=ask, disabled=idle, help=why)
    with switch:
        candidate_picker.template_switch(selection)
    with more:
        examples.buttons(offered, ask)


def verdict(
    selection: Selection, candidate: CandidateSummary, offered: examples.Examples, problem: DeltaGenerator
) -> tuple[view.Answer, DeltaGenerator] | None:
    """The answer, and the place for its reason; the one before, marked so, while there is none by the chosen pair."""
    loads = st.empty()
    with loads.container():
        model = loading.ready(selection, candidate)
    with st.container():  # always there, so that the verdict below keeps its place when something has to be said
        if model is not None:
            loads.empty()  # at once: a bar that goes only when all is drawn would make the verdict jump
            view.warnings(model.health, untrained_head=bool(model.untrained_head))
        allowed = model is None or untrained_head.passes(selection, candidate, model)
        asked = st.session_state.get(ASKED)
        answer = kept_answer.answer_to(selection, asked, problem) if model and allowed else None
    browser.mark_unasked(TEXT, answer.prediction.text if answer else None)
    if answer is not None:
        return answer, view.draw(answer, examples.named(offered, answer.prediction.text))
    if allowed and (before := kept_answer.latest()) is not None:
        view.draw_earlier(before)
    return None


@st.fragment
def panel(selection: Selection, candidate: CandidateSummary) -> None:
    """Question and answer side by side; a click redraws this and not the frame."""
    offered = examples.of(candidate, selection)
    begin(offered)
    left, right = st.columns([5, 7], gap="large")
    with left:
        asks, problem, switch, more = st.container(), st.empty(), st.container(), st.container()
    try:
        with right:
            shown = verdict(selection, candidate, offered, problem)
    finally:  # after the verdict, which is waited for: what comes first is painted first
        with asks:
            form(offered, selection, switch, more)
    if shown is not None:
        answer, place = shown
        reason.draw(place, selection, answer.prediction, answer.seconds)
        question.keep_link(answer.prediction.text)
        with right:
            quantisation_effect.panel(engine().loaded_model(selection), answer.prediction.text)


selection, candidate = frame.selection()
home.draw(ask)
st.html(markup.title("Classify", candidate_picker.described(selection, candidate)))
panel(selection, candidate)
