"""Attributions: what each word did to the logit, by five methods, and which of them is faithful to the model."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.errors import AppError
from core.results import BASELINES, AttributionOptions, Attributions, By
from core.words import attributions as words
from core.words.durations import duration
from pages.ui import details, markup, question, task_progress, url_state
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import attributions as view

STEPS = (10, 20, 50, 100, 200, 500)
_STEPS, _BASELINE = "attributions.steps", "attributions.baseline"
#: What takes longer by its estimate waits for a click.
AT_ONCE_SECONDS = 4.0


def choose_options(request: Question) -> AttributionOptions:
    """Steps and baseline, as chosen or as the URL asks."""
    requested = url_state.requested("attributions", ("steps", "baseline"))
    if requested.get("steps", "") in map(str, STEPS):
        st.session_state[_STEPS] = int(requested["steps"])
    if requested.get("baseline") in BASELINES:
        st.session_state[_BASELINE] = requested["baseline"]
    st.session_state.setdefault(_STEPS, AttributionOptions.steps)
    st.session_state.setdefault(_BASELINE, BASELINES[0])
    left, right = st.columns([2, 5])
    steps = left.selectbox("Steps of integrated gradients", STEPS, key=_STEPS, persist_state="session")
    baseline = right.segmented_control(
        "Baseline: what stands for no word",
        BASELINES,
        key=_BASELINE,
        required=True,
        persist_state="session",
        format_func=lambda b: words.BASELINES[b],
    )
    url_state.write("attributions", {"steps": str(steps), "baseline": baseline})
    return AttributionOptions(request.label, cast(By, request.by), steps, baseline or BASELINES[0])


def computed(request: Question, options: AttributionOptions) -> Attributions | None:
    """The result; or None, after what it costs, a button, or how far it is."""
    try:
        cost = explainer().attribution_cost(request.selection, request.text, options)
    except AppError as error:
        st.html(markup.problem(error))
        return None
    st.html(markup.note(words.cost(cost)))
    task = explainer().attributions(request.selection, request.text, options)
    if cost.seconds > AT_ONCE_SECONDS and task.state() is None:
        name = f"Compute (about {duration(cost.seconds)})"
        st.button(name, type="primary", key="attributions.start", on_click=task.start)
        return None
    return task_progress.result(task, "attributions", "Attributions")


def draw(request: Question, result: Attributions) -> None:
    """The sentence and all methods by position; on request each of them, and how faithful they are."""
    view.summary(result)
    view.by_position(request, result)
    details.part(
        "Do these words matter to the model? Words taken away, method by method",
        "faithful",
        lambda: view.faithfulness(result),
    )
    details.part(
        "Each method: the tinted text, what it is, what it sums to", "methods", lambda: view.methods(request, result)
    )


request = question.ask(
    "Attributions", "What each word did to the answer, by five methods, and which of them to believe."
)
if request is not None:
    result = computed(request, choose_options(request))
    if result is not None:
        draw(request, result)
