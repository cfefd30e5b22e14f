"""Mask: the text read causally and in both directions, and what the tokens that come later add."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import MaskEffect
from core.words import attention_mask as words
from pages.ui import markup, question
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import attention_mask as view


def draw(request: Question, result: MaskEffect) -> None:
    """The sentence, both verdicts, the classes, what reading ahead adds word by word."""
    st.html(markup.lead(words.reading_ahead(result, request.label)))
    view.both_masks(result, request.label)
    view.table(result, request.reading.prediction.problem_type)
    view.added(request, result)
    view.moved(request, result)
    st.html(markup.note(words.ABOUT))


request = question.ask("Mask", "Read causally and in both directions: what the tokens that come later add.")
if request is not None:
    try:
        draw(request, explainer().attention_mask(request.selection, request.text))
    except AppError as error:
        st.html(markup.problem(error))
