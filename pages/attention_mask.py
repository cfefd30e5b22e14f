"""Mask: the text read causally and in both directions, and what the tokens that come later add."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import MaskEffect
from core.words import attention_mask as words
from core.words import outputs
from pages.ui import details, markup, question
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import attention_mask as view


def draw(request: Question, result: MaskEffect) -> None:
    """The sentence and both verdicts; on request the words, the classes, the states, the method."""
    st.html(markup.lead(words.reading_ahead(result, request.label)))
    view.both_masks(result, request.label)
    details.part(
        f"What reading ahead adds to '{markup.plain(request.named)}', {request.unit} by {request.unit}",
        "added",
        lambda: view.added(request, result),
    )
    problem = request.reading.prediction.problem_type
    name = outputs.noun(problem, 2)
    details.part(f"The leading {name} in numbers", "classes", lambda: view.table(result, problem))
    details.part("How far each state moves", "states", lambda: view.moved(request, result))
    details.how(words.ABOUT)


request = question.ask("Mask", "Read causally and in both directions: what the tokens that come later add.")
if request is not None:
    try:
        draw(request, explainer().attention_mask(request.selection, request.text))
    except AppError as error:
        st.html(markup.problem(error))
