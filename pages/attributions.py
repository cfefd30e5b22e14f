"""Attributions: what each word did to the logit, by four methods, and which of them is faithful to the model."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.errors import AppError
from core.figures.attribution import agreement, perturbation
from core.figures.strip import legend, strip
from core.results import BASELINES, METHODS, AttributionOptions, Attributions, By
from pages.ui import address, attributing, charts, markup, question, tables, working
from pages.ui.engine import explainer
from pages.ui.question import Question

STEPS = (10, 20, 50, 100, 200, 500)
_STEPS, _BASELINE = "attributions.steps", "attributions.baseline"
#: What takes longer by its estimate waits for a click.
AT_ONCE_SECONDS = 4.0


def options(asked: Question) -> AttributionOptions:
    """Steps and baseline, as chosen or as the URL asks."""
    wanted = address.asked("attributions", ("steps", "baseline"))
    if wanted.get("steps", "") in map(str, STEPS):
        st.session_state[_STEPS] = int(wanted["steps"])
    if wanted.get("baseline") in BASELINES:
        st.session_state[_BASELINE] = wanted["baseline"]
    st.session_state.setdefault(_STEPS, AttributionOptions.steps)
    left, right, _ = st.columns([2, 2, 3])
    steps = left.selectbox("Steps of integrated gradients", STEPS, key=_STEPS, persist_state="session")
    baseline = right.selectbox(
        "Baseline: what stands for no word", BASELINES, key=_BASELINE, persist_state="session",
        format_func=lambda b: attributing.BASELINES[b],
    )  # fmt: skip
    address.write("attributions", {"steps": str(steps), "baseline": baseline})
    return AttributionOptions(asked.label, cast(By, asked.by), steps, baseline or BASELINES[0])


def computed(asked: Question, chosen: AttributionOptions) -> Attributions | None:
    """The result; or None, after what it costs, a button, or how far it is."""
    try:
        told = explainer().attribution_cost(asked.selection, asked.text, chosen)
    except AppError as error:
        st.html(markup.problem(error))
        return None
    st.html(markup.note(attributing.cost(told)))
    task = explainer().attributions(asked.selection, asked.text, chosen)
    if told.seconds > AT_ONCE_SECONDS and task.state() is None:
        name = f"Compute (about {attributing.time(told.seconds)})"
        st.button(name, type="primary", key="attributions.start", on_click=task.start)
        return None
    return working.result(task, "attributions", "Attributions")


def cards(asked: Question, found: Attributions) -> None:
    """Each method's tinted text, what it is, what it sums to."""
    st.html(markup.section(f"Four methods on '{asked.label}'"))
    for row in (METHODS[:2], METHODS[2:]):
        for column, name in zip(st.columns(2, gap="medium"), row, strict=True):
            method = found.methods[METHODS.index(name)]
            kind = ("exact" if found.exact else "linearised") if name == "contributions" else ""
            with column, st.container(border=True):
                st.html(attributing.heading(name, kind))
                st.html(strip(asked.reading, found.units, method.values, name))
                st.html(markup.facts(attributing.sums(method)))
                st.html(markup.note(attributing.SAYS[name]))
    st.html(legend("against", f"for {asked.label}, each text by its own largest", signed=True))


def faithful(found: Attributions) -> None:
    """The curves and the numbers."""
    st.html(markup.section("Do these words matter to the model?"))
    for column, way in zip(st.columns(2, gap="large"), attributing.WAYS, strict=True):
        alt = f"{found.score} of the class with the first {found.options.by} of each method {way}"
        with column:
            charts.chart(perturbation(found, charts.theme(), way), f"attributions-{way}", alt)
    tables.table(attributing.table(found), "Faithfulness of each method's order", key="faithfulness")
    words = attributing.FAITHFULNESS.format(score=found.score, by=found.options.by, count=len(found.shuffles))
    st.html(markup.note(words))


def draw(asked: Question, found: Attributions) -> None:
    """The sentence, the cards, the numbers, all methods by position."""
    st.html(markup.lead(attributing.best(found)))
    for message in (attributing.incomplete(found), attributing.precision(found)):
        if message:
            st.html(f'<div class="hl-box hl-warn"><p>{markup.text(message)}</p></div>')
    cards(asked, found)
    faithful(found)
    st.html(markup.section("The methods side by side, by position"))
    charts.chart(agreement(found, charts.theme()), "agreement", f"Four methods over {len(found.units)} {asked.by}")


asked = question.ask("Attributions", "What each word did to the logit, by four methods, and which of them to believe.")
if asked is not None:
    result = computed(asked, options(asked))
    if result is not None:
        draw(asked, result)
