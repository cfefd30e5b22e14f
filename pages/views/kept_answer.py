"""The last answer of a session: asked for anew when text or pair are others, else as it was."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import AppError
from core.results import Selection
from pages.ui import candidate_picker, markup
from pages.ui.services import classify, engine
from pages.views.verdict import Answer

_KEPT = "classify.answer"


def latest() -> Answer | None:
    """Whatever was answered last."""
    answer: Answer | None = st.session_state.get(_KEPT)
    return answer


def answer_to(selection: Selection, text: str | None, problem: DeltaGenerator) -> Answer | None:
    """The answer to a text; None after the reason, which stands here or in `problem`, or while the model is asked."""
    answer = latest()
    if text is None:
        st.html(markup.note("Type a text: the answer appears here."))
        return None
    if answer is not None and _still_holds(answer, selection, text):
        return answer
    try:
        answered = classify(selection, text)
    except AppError as error:
        problem.html(markup.problem(error))
        return None
    if answered is None:
        return None
    st.session_state[_KEPT] = answer = Answer(selection, *answered, candidate_picker.name_of(selection))
    return answer


def _still_holds(answer: Answer, selection: Selection, text: str) -> bool:
    """Whether the same pair would say the same of the text: its probabilities may have been calibrated since."""
    model = engine().loaded_model(selection)
    now = answer.prediction.calibration if model is None else model.calibration
    return (answer.selection, answer.prediction.text, answer.prediction.calibration) == (selection, text, now)
