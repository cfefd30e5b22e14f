"""Contributions: the logit of a class, split over the positions; one class against another."""

from __future__ import annotations

import streamlit as st

from core.results import Contributions
from core.words import contributions as words
from pages.ui import markup, question
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import contributions as view

AGAINST = "contributions.against"
NOTHING = ""


def choose_rival(request: Question) -> str:
    """The class to compare with; none to begin with."""
    others = [row.label for row in request.reading.prediction.ranked if row.label != request.label]
    if st.session_state.get(AGAINST, NOTHING) not in (NOTHING, *others):
        st.session_state[AGAINST] = NOTHING
    titles = {NOTHING: "nothing: the logit itself"}
    chosen = st.selectbox(
        f"'{markup.plain(request.label)}' against",
        (NOTHING, *others),
        format_func=lambda c: titles.get(c, c),
        key=AGAINST,
        persist_state="session",
    )
    return chosen or NOTHING


def draw(request: Question, result: Contributions) -> None:
    """The tinted text, the largest parts, the numbers, the bars."""
    view.parts(request, result, choose_rival(request))
    st.html(markup.note(words.ABOUT))
    st.html(markup.note(f"How: {result.method}."))
    if not result.exact:
        st.html(markup.note(words.whole(result, request.label)))


request = question.ask("Contributions", "The logit of a class, split over the positions of the text.")
if request is not None:
    draw(request, explainer().contributions(request.selection, request.text))
