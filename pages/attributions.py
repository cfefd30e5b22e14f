"""Attributions: what each word did to the logit, by four methods, and which of them is faithful to the model."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.errors import AppError
from core.figures.attributions import agreement, perturbation
from core.figures.strip import legend, strip
from core.results import BASELINES, METHODS, AttributionOptions, Attributions, By
from core.words import attributions as words
from core.words.durations import duration
from pages.ui import charts, markup, question, tables, task_progress, url_state
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import attributions as view

STEPS = (10, 20, 50, 100, 200, 500)
_STEPS, _BASELINE = "attributions.steps", "attributions.baseline"
#: What takes longer by its estimate waits for a click.
AT_ONCE_SECONDS = 4.0


def options(request: Question) -> AttributionOptions:
    """Steps and baseline, as chosen or as the URL asks."""
    requested = url_state.asked("attributions", ("steps", "baseline"))
    if requested.get("steps", "") in map(str, STEPS):
        st.session_state[_STEPS] = int(requested["steps"])
    if requested.get("baseline") in BASELINES:
        st.session_state[_BASELINE] = requested["baseline"]
    st.session_state.setdefault(_STEPS, AttributionOptions.steps)
    left, right, _ = st.columns([2, 2, 3])
    steps = left.selectbox("Steps of integrated gradients", STEPS, key=_STEPS, persist_state="session")
    baseline = right.selectbox(
        "Baseline: what stands for no word",
        BASELINES,
        key=_BASELINE,
        persist_state="session",
        format_func=lambda b: words.BASELINES[b],
    )
    url_state.write("attributions", {"steps": str(steps), "baseline": baseline})
    return AttributionOptions(request.label, cast(By, request.by), steps, baseline or BASELINES[0])


def computed(request: Question, chosen: AttributionOptions) -> Attributions | None:
    """The result; or None, after what it costs, a button, or how far it is."""
    try:
        message = explainer().attribution_cost(request.selection, request.text, chosen)
    except AppError as error:
        st.html(markup.problem(error))
        return None
    st.html(markup.note(words.cost(message)))
    task = explainer().attributions(request.selection, request.text, chosen)
    if message.seconds > AT_ONCE_SECONDS and task.state() is None:
        name = f"Compute (about {duration(message.seconds)})"
        st.button(name, type="primary", key="attributions.start", on_click=task.start)
        return None
    return task_progress.result(task, "attributions", "Attributions")


def cards(request: Question, result: Attributions) -> None:
    """Each method's tinted text, what it is, what it sums to."""
    st.html(markup.section(f"Four methods on '{request.label}'"))
    for row in (METHODS[:2], METHODS[2:]):
        for column, name in zip(st.columns(2, gap="medium"), row, strict=True):
            method = result.methods[METHODS.index(name)]
            kind = ("exact" if result.exact else "linearised") if name == "contributions" else ""
            with column, st.container(border=True):
                st.html(view.heading(name, kind))
                st.html(strip(request.reading, result.units, method.values, name))
                st.html(markup.facts(view.sums(method)))
                st.html(markup.note(words.METHODS[name]))
    st.html(legend("against", f"for {request.label}, each text by its own largest", signed=True))


def faithful(result: Attributions) -> None:
    """The curves and the numbers."""
    st.html(markup.section("Do these words matter to the model?"))
    for column, forward_pass in zip(st.columns(2, gap="large"), view.WAYS, strict=True):
        alt = f"{result.score} of the class with the first {result.options.by} of each method {forward_pass}"
        with column:
            charts.chart(perturbation(result, charts.theme(), forward_pass), f"attributions-{forward_pass}", alt)
    tables.table(view.table(result), "Faithfulness of each method's order", key="faithfulness")
    st.html(markup.note(words.faithfulness(result)))


def draw(request: Question, result: Attributions) -> None:
    """The sentence, the cards, the numbers, all methods by position."""
    st.html(markup.lead(words.best(result)))
    for message in (words.incomplete(result), words.precision(result)):
        if message:
            st.html(f'<div class="hl-box hl-warn"><p>{markup.text(message)}</p></div>')
    cards(request, result)
    faithful(result)
    st.html(markup.section("The methods side by side, by position"))
    charts.chart(agreement(result, charts.theme()), "agreement", f"Four methods over {len(result.units)} {request.by}")


asked = question.ask("Attributions", "What each word did to the logit, by four methods, and which of them to believe.")
if asked is not None:
    result = computed(asked, options(asked))
    if result is not None:
        draw(asked, result)
