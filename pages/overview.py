"""Why this class? The answer at a glance: which words carried it, and where in depth it formed."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.errors import AppError
from core.figures.depth import lens as lens_figure
from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import Contributions, by_unit
from core.words import contributions as contribution_words
from core.words import depth as depth_words
from pages.ui import charts, markup, question
from pages.ui.question import Question
from pages.ui.services import explainer

REPORT = (
    "One HTML file that opens anywhere, offline: all of this for the text above, and of the other views what has been "
    "looked at; with hashes of the weights, versions and settings."
)


def words(request: Question, result: Contributions) -> None:
    """The text tinted by what each word did, and the largest parts."""
    values = by_unit(result.of(request.label), request.units)
    st.html(markup.section(f"What each {request.unit} added to the logit of '{request.label}'"))
    st.html(strip(request.reading, request.units, values, "contribution"))
    st.html(legend("against", "for", signed=True))
    st.html(ranking(request.units, values, request.unit))
    st.html(markup.note(contribution_words.whole(result, request.label)))


def depth(request: Question) -> None:
    """The class lens, or why there is none."""
    st.html(markup.section("Where in depth it formed"))
    try:
        result = explainer().depth(request.selection, request.text)
    except AppError as error:
        st.html(markup.problem(error))
        return
    st.html(markup.lead(depth_words.decided(result)))
    alt = f"Probability of the leading classes over {len(result.verdicts) - 1} layers"
    charts.chart(lens_figure(result, charts.theme()), "lens", alt)


def report(request: Question) -> str:
    """The file, made when somebody wants it."""
    from core.figures.report import document  # plotly.js is read with it

    return document(explainer().report(request.selection, request.text, request.label))


asked = question.ask("Why this class?", "Which words carried the verdict, and where in depth it formed.")
if asked is not None:
    left, right = st.columns(2, gap="large")
    with left:
        words(asked, explainer().contributions(asked.selection, asked.text))
    with right:
        depth(asked)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the report",
            partial(report, asked),
            "headlight-report.html",
            "text/html",
            on_click="ignore",
            key="report",
        )
        st.html(markup.note(REPORT))
