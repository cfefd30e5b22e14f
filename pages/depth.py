"""Depth: pooler and head applied at every layer, the class lens."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import Lens
from core.words import depth as words
from pages.ui import details, markup, question
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import depth as view


def draw(request: Question, result: Lens) -> None:
    """The layer that decided and the lines; on request the table, and the check against the model."""
    view.lens(result, request.label, height=420)
    details.part("Every layer in numbers", "layers", lambda: view.table(result, request.label))
    details.how(words.ABOUT, words.checked(result))


request = question.ask("Depth", "What would be said after each layer, if it were the last.", units=False)
if request is not None:
    try:
        draw(request, explainer().depth(request.selection, request.text))
    except AppError as error:
        st.html(markup.problem(error))
