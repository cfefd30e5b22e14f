"""Why this class? The answer at a glance: which words carried it, and where in depth it formed."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from pages.ui import markup, question
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import depth
from pages.views import overview as view

REPORT = (
    "One HTML file that opens anywhere, offline: all of this for the text above, and of the other views what has been "
    "looked at; with hashes of the weights, versions and settings."
)


def formed(request: Question) -> None:
    """The class lens, or why there is none."""
    st.html(markup.section("Where in depth it formed"))
    try:
        result = explainer().depth(request.selection, request.text)
    except AppError as error:
        st.html(markup.problem(error))
        return
    depth.lens(result)


def report(request: Question) -> None:
    """The file, made when somebody wants it."""

    def document() -> str:
        from core.figures.report import document  # plotly.js is read with it

        return document(explainer().report(request.selection, request.text, request.label))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the report", document, "headlight-report.html", "text/html", on_click="ignore", key="report"
        )
        st.html(markup.note(REPORT))


def draw(request: Question) -> None:
    """What each word added beside where it formed, and the report."""
    left, right = st.columns(2, gap="large")
    with left:
        view.contributions(request, explainer().contributions(request.selection, request.text))
    with right:
        formed(request)
    report(request)


request = question.ask("Why this class?", "Which words carried the verdict, and where in depth it formed.")
if request is not None:
    draw(request)
