"""Classify a text: ask, read the verdict."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import AppError
from core.results import CandidateSummary, Selection
from pages.ui import browser, candidate_picker, examples, frame, loading, markup, question, untrained_head
from pages.ui.question_line import ASKED
from pages.ui.services import classify
from pages.views import home, quantisation_effect, reason
from pages.views import verdict as view

TEXT, FOLLOWED, ANSWER = "classify.text", "classify.followed", "classify.answer"


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


def classified(selection: Selection, text: str | None, told: DeltaGenerator) -> view.Answer | None:
    """The answer to the text; None after the reason, which stands below the form, and while the model is asked."""
    answer: view.Answer | None = st.session_state.get(ANSWER)
    if text is None:
        st.html(markup.note("Type a text: the answer appears here."))
        return None
    if answer is not None and (answer.selection, answer.prediction.text) == (selection, text):
        return answer
    try:
        answered = classify(selection, text)
    except AppError as error:
        told.html(markup.problem(error))
        return None
    if answered is None:
        return None
    st.session_state[ANSWER] = answer = view.Answer(selection, *answered, candidate_picker.name_of(selection))
    return answer


def form(offered: examples.Examples, selection: Selection) -> DeltaGenerator:
    """The form, the switch of the chat template, the examples; gives the place for what is wrong with the text."""
    with st.form("ask", border=False):
        st.text_area("Text", key=TEXT, height=150, placeholder="Type or paste a text", persist_state="session")
        st.form_submit_button("Classify", type="primary", on_click=ask)
    told = st.empty()
    candidate_picker.template_switch(selection)
    examples.buttons(offered, ask)
    return told


def result(selection: Selection, candidate: CandidateSummary, offered: examples.Examples, told: DeltaGenerator) -> None:
    """The verdict; the one before it, marked as such, while there is none by the chosen pair."""
    loads = st.empty()
    with loads.container():
        model = loading.ready(selection, candidate)
    if model is not None:
        loads.empty()  # at once: a bar that goes only when all is drawn would make the verdict jump
        view.warnings(model.health, untrained_head=bool(model.untrained_head))
    allowed = model is None or untrained_head.passes(selection, candidate, model)
    with st.container():  # always there, so that the verdict below keeps its place when something has to be said
        answer = classified(selection, st.session_state.get(ASKED), told) if model and allowed else None
    browser.mark_unasked(TEXT, answer.prediction.text if answer else None)
    if answer is not None:
        place = view.draw(answer, examples.named(offered, answer.prediction.text))
        reason.draw(place, selection, answer.prediction, answer.seconds)
        question.keep_link(answer.prediction.text)
        quantisation_effect.panel(model, answer.prediction.text)
    elif allowed and (before := st.session_state.get(ANSWER)) is not None:
        view.draw_earlier(before)


@st.fragment
def panel(selection: Selection, candidate: CandidateSummary) -> None:
    """Question and answer side by side; a click redraws this and not the frame."""
    offered = examples.of(candidate, selection)
    begin(offered)
    left, right = st.columns([5, 7], gap="large")
    with left:
        told = form(offered, selection)
    with right:
        result(selection, candidate, offered, told)


selection, candidate = frame.selection()
home.draw(ask)
st.html(markup.title("Classify", candidate_picker.described(selection, candidate)))
panel(selection, candidate)
