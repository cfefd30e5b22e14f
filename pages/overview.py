"""Why this answer? Which words added to it, one deletion that was really run, and where in depth it formed."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.errors import AppError
from core.results import AttributionOptions, By, ContributionOptions
from pages.ui import details, markup, question, task_progress
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.ui.services import report as make_report
from pages.views import depth
from pages.views import overview as view

REPORT = (
    "One HTML file that opens anywhere, offline: all of this for the text above, what the adapter changes, the pooler "
    "and all classes; of what takes long (scales and parts of the adapter, masks, rollout, attributions, two texts, "
    "minimal flip) what has been computed; with hashes of the weights, versions and settings."
)


def formed(request: Question) -> None:
    """The class lens, or why there is none."""
    st.html(markup.section("Where in depth it formed"))
    try:
        result = explainer().depth(request.selection, request.text)
    except AppError as error:
        st.html(markup.problem(error))
        return
    depth.lens(result, request.label)


def found(request: Question, options: ContributionOptions) -> None:
    """How the shares were found, and whether their order is worth more than chance on this text."""
    view.how(explainer().contributions(request.selection, request.text, options))
    alone = AttributionOptions(
        options.label, options.by, baseline="zero", target="log-odds", methods=("contributions",)
    )
    task = explainer().attributions(request.selection, request.text, alone)
    result = task_progress.result(task, "overview.faithful", "Taking words away")
    if result is not None:
        view.faithful(result)


def report(request: Question) -> None:
    """The file, made when somebody wants it."""

    def document() -> str:
        from core.figures.report import document  # plotly.js is read with it

        return document(make_report(request.selection, request.text, request.label))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the report", document, "headlight-report.html", "text/html", on_click="ignore", key="report"
        )
        st.html(markup.note(REPORT))


def draw(request: Question) -> None:
    """The shares of the words, tested; the tinted text and the depth; how it was found; the report."""
    options = ContributionOptions(request.label, by=cast(By, request.by))
    result = explainer().contributions(request.selection, request.text, options)
    left, right = st.columns(2, gap="large")
    with left:
        view.shares(request, result, explainer().deletions(request.selection, request.text, options))
    with right:
        view.tinted(request, result)
        formed(request)
    details.part(details.HOW, "how", lambda: found(request, options))
    report(request)


request = question.ask("Why this answer?", "What each word added to it, and where in depth it formed.")
if request is not None:
    draw(request)
