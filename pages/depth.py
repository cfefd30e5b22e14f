"""Depth: pooler and head applied at every layer, the class lens."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import Lens
from core.words import depth as words
from pages.ui import markup, question
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import depth as view


def draw(request: Question, result: Lens) -> None:
    """The layer that decided, the lines, the table, the check against the model."""
    view.lens(result, request.label, height=420)
    view.table(result, request.label)
    st.html(markup.note(words.ABOUT))
    st.html(markup.note(words.checked(result)))


request = question.ask("Depth", "What would be said after each layer, if it were the last.")
if request is not None:
    try:
        draw(request, explainer().depth(request.selection, request.text))
    except AppError as error:
        st.html(markup.problem(error))
