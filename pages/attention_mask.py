"""Mask: the text read causally and in both directions, and what the tokens that come later add."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import AppError
from core.figures.adapter_effect import versus
from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import MaskEffect, by_unit
from core.words import attention_mask as mask_words
from core.words.contributions import remainder
from core.words.numbers import two_digits
from core.words.verdict import stated
from pages.ui import charts, markup, question, tables
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import adapter_effect

#: Classes in the table.
LISTED = 10


def sides(request: Question, result: MaskEffect) -> None:
    """Both verdicts, side by side."""
    k = result.labels.index(request.label)
    left, right = st.columns([4, 9], gap="large")
    for side in (result.causal, result.bidirectional):
        trained = side.mask == result.trained
        message = stated(float(side.probabilities[k]), float(side.logits[k]), "output")
        tag = "trained with this mask" if trained else "not trained with it"
        with left, st.container(border=True):
            st.html(adapter_effect.card(side.mask.capitalize(), tag, side.label, request.label, message, on=trained))
    with right:
        a, b = result.causal, result.bidirectional
        figure = versus(
            result.labels,
            (a.logits, b.logits),
            (a.probabilities, b.probabilities),
            (a.mask, b.mask),
            request.label,
            charts.theme(),
        )
        charts.chart(figure, "versus", "Leading classes under both masks")


def classes(result: MaskEffect) -> None:
    """The leading classes and what changes, as a table."""
    before, after = result.causal, result.bidirectional
    rows = []
    for k in result.leading(LISTED):
        logits = [float(side.logits[k]) for side in (before, after)]
        row = {"Class": result.labels[k], "Logit, causal": logits[0], "Logit, both directions": logits[1]}
        row["Change"] = logits[1] - logits[0]
        if before.probabilities[k] == before.probabilities[k]:
            row["Change in points"] = float(100 * (after.probabilities[k] - before.probabilities[k]))
        rows.append(row)
    tables.table(rows, "The leading classes under both masks", key="classes")


def words(request: Question, result: MaskEffect) -> None:
    """What reading ahead adds, word by word."""
    added = by_unit(result.added(request.label), request.units)
    st.html(markup.section(f"What reading ahead adds to '{request.label}', by {request.unit}"))
    left, right = st.columns(2, gap="large")
    with left:
        st.html(strip(request.reading, request.units, added, "added"))
        st.html(legend("takes away", "adds", signed=True))
        st.html(markup.facts(facts(request, result)))
    with right:
        st.html(ranking(request.units, added, request.unit, most=8))
    charts.chart(bars(request.units, added, charts.theme(), "added"), "added", "Added by reading ahead, by position")
    st.html(markup.section("How far each state moves"))
    moved = np.array([result.moved[list(unit.tokens)].mean() for unit in request.units])
    figure = bars(request.units, moved, charts.theme(), "change of the state", percent=True)
    charts.chart(figure, "moved", "Change of each state as a share of the causal one, by position")
    st.html(markup.note("Length of the change as a share of the state's own length; a word is the mean of its tokens."))


def facts(request: Question, result: MaskEffect) -> list[tuple[str, str, str]]:
    """Sum of the parts, change of the logit, their difference, the window."""
    k = result.labels.index(request.label)
    total = float(result.added(request.label).sum())
    logit = float(result.bidirectional.logits[k] - result.causal.logits[k])
    exact = result.causal.contributions.exact
    rows = [
        ("Sum of the parts", f"{total:+.4f}", ""),
        ("Change of the logit", f"{logit:+.4f}", ""),
        ("Difference", two_digits(logit - total), remainder(exact)),
    ]
    return rows if result.window is None else [*rows, ("Sliding window", f"{result.window:,}", "tokens")]


asked = question.ask("Mask", "Read causally and in both directions: what the tokens that come later add.")
if asked is not None:
    try:
        found = explainer().attention_mask(asked.selection, asked.text)
    except AppError as error:
        st.html(markup.problem(error))
    else:
        st.html(markup.lead(mask_words.reading_ahead(found, asked.label)))
        st.html(markup.section("Under both masks"))
        sides(asked, found)
        classes(found)
        words(asked, found)
        st.html(markup.note(mask_words.ABOUT))
