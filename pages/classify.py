"""Classify a text: ask, read the verdict."""

from __future__ import annotations

import time

import streamlit as st

from core.errors import AppError
from core.results import CandidateSummary, Selection
from pages.ui import candidate_picker, frame, loading, markup, question, untrained_head
from pages.ui.question import ASKED
from pages.ui.services import engine
from pages.views import quantisation_effect
from pages.views import verdict as view
from pages.views.verdict import Answer

TEXT, FOLLOWED, ANSWER = "classify.text", "classify.followed", "classify.answer"


def ask(text: str | None = None) -> None:
    """Make a text the one that is to be answered, or what is in the form; runs before the page is drawn."""
    text = st.session_state[TEXT] if text is None else text
    st.session_state.update({TEXT: text, ASKED: text, FOLLOWED: text})


def begin(examples: tuple[str, ...]) -> None:
    """The form holds what was asked, here or on another page, until the person types something else."""
    question.begin(examples)
    if (text := st.session_state.get(ASKED)) != st.session_state.get(FOLLOWED):
        st.session_state[TEXT] = st.session_state[FOLLOWED] = text


def classified(selection: Selection, text: str | None) -> Answer | None:
    """The answer to the text; the one before it, after the reason, when there is none."""
    answer: Answer | None = st.session_state.get(ANSWER)
    if text is None:
        st.html(markup.note("Type a text: the answer appears here."))
        return None
    if answer is not None and (answer.selection, answer.prediction.text) == (selection, text):
        return answer
    try:
        start = time.perf_counter()
        prediction = engine().classify(selection, [text])[0]
        answer = st.session_state[ANSWER] = Answer(selection, prediction, time.perf_counter() - start)
    except AppError as error:
        st.html(markup.problem(error))
    return answer


def form(examples: tuple[str, ...], selection: Selection) -> None:
    """The form, the switch of the chat template, and the examples below it."""
    with st.form("ask", border=False):
        st.text_area("Text", key=TEXT, height=150, placeholder="Type or paste a text", persist_state="session")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.form_submit_button("Classify", type="primary", on_click=ask)
            st.html('<p class="hl-keys"><kbd>Ctrl</kbd> <kbd>Enter</kbd></p>', width="content")
    candidate_picker.template_switch(selection)
    if examples:
        st.html(markup.section("Or take an example"))
    with st.container(key="examples", gap="xsmall"):
        for i, example in enumerate(examples):
            st.button(markup.plain(example), key=f"example-{i}", on_click=ask, args=(example,), width="stretch")


def result(selection: Selection, candidate: CandidateSummary) -> None:
    """The verdict; what this session used before answers while the chosen candidate cannot."""
    by: Selection | None = selection
    place = st.empty()
    with place.container():
        model = loading.ready(selection, candidate)
        if model is None and (by := loading.stand_in()) is not None:
            st.html(markup.note(f"Meanwhile, {by} answers."))
    if model is not None:
        place.empty()  # at once: a bar that goes only when all is drawn would make the verdict jump
        view.warnings(model.health, untrained_head=bool(model.untrained_head))
        by = selection if untrained_head.passes(selection, candidate, model) else None
    with st.container():  # always there, so that the verdict below keeps its place when something has to be said
        answer = classified(by, st.session_state.get(ASKED)) if by else None
    if answer is not None:
        view.draw(answer)
        quantisation_effect.panel(model, answer.prediction.text)


@st.fragment
def panel(selection: Selection, candidate: CandidateSummary) -> None:
    """Question and answer side by side; a click redraws this and not the frame."""
    adapter = candidate_picker.adapter_of(candidate, selection)
    examples = (adapter.examples if adapter else ()) or candidate.examples
    begin(examples)
    left, right = st.columns([5, 7], gap="large")
    with left:
        form(examples, selection)
    with right:
        result(selection, candidate)


selection, candidate = frame.selection()
st.html(markup.title("Classify", candidate_picker.described(selection, candidate)))
panel(selection, candidate)
