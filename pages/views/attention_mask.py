"""What the mask changes: both verdicts, the leading classes, what each word adds by being read ahead."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.figures.adapter_effect import versus
from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import MaskEffect, by_unit
from core.words import outputs as words
from core.words.numbers import signed, two_digits
from core.words.position_parts import remainder
from core.words.verdict import stated
from pages.ui import charts, markup, tables
from pages.ui.question import Question
from pages.views.adapter_effect import card

#: Classes in the table.
LISTED = 10
_SHARES = ("Probability, causal", "Probability, both directions")


def both_masks(result: MaskEffect, label: str) -> None:
    """Both verdicts, side by side."""
    st.html(markup.section("Under both masks"))
    k = result.labels.index(label)
    left, right = st.columns([4, 9], gap="large")
    for side in (result.causal, result.bidirectional):
        trained = side.mask == result.trained
        value = stated(float(side.probabilities[k]), float(side.logits[k]))
        says = side.label if result.has_probabilities else ""
        tag = "the model's own mask" if trained else "not its own"
        with left, st.container(border=True):
            st.html(card(side.mask.capitalize(), tag, says, label, value, result.labels, on=trained))
    with right:
        causal, ahead = result.causal, result.bidirectional
        figure = versus(
            result.labels,
            (causal.logits, ahead.logits),
            (causal.probabilities, ahead.probabilities),
            (causal.mask, ahead.mask),
            label,
            charts.theme(),
        )
        charts.chart(
            figure, "versus", f"The leading {'classes' if result.has_probabilities else 'outputs'} under both masks"
        )


def table(result: MaskEffect, problem: str) -> None:
    """The leading classes and what changes; `problem` is the type of what the head answers."""
    before, after = result.causal, result.bidirectional
    rows = []
    for k in result.leading(LISTED):
        logits = [float(side.logits[k]) for side in (before, after)]
        shares = [float(side.probabilities[k]) for side in (before, after)]
        row: dict[str, Any] = {words.noun(problem).capitalize(): result.labels[k]}
        if result.has_probabilities:
            row |= dict(zip(_SHARES, shares, strict=True))
            row["Change in points"] = 100 * (shares[1] - shares[0])
        measure = words.measure(problem).capitalize()
        row |= {f"{measure}, causal": logits[0], f"{measure}, both directions": logits[1]}
        rows.append(row | {f"Change of {measure.lower()}": logits[1] - logits[0]})
    columns = {
        "Class": tables.classes(result.labels),
        "Label": tables.classes(result.labels),
        **dict.fromkeys(_SHARES, tables.SHARE),
        "Change in points": tables.POINTS,
        "Change of logit": tables.CHANGE,
        "Change of value": tables.CHANGE,
    }
    tables.table(rows, f"The leading {words.noun(problem, 2)} under both masks", key="classes", columns=columns)


def added(request: Question, result: MaskEffect) -> None:
    """What reading ahead adds, word by word."""
    values = by_unit(result.added(request.label), request.units)
    left, right = st.columns(2, gap="large")
    with left:
        st.html(strip(request.reading, request.units, values, "added"))
        st.html(legend("takes away", "adds", signed=True))
        st.html(markup.facts(facts(result, request.label, request.measure)))
    with right:
        st.html(ranking(request.units, values, request.unit, most=8))
    charts.chart(bars(request.units, values, charts.theme(), "added"), "added", "Added by reading ahead, by position")


def facts(result: MaskEffect, label: str, measure: str) -> list[tuple[str, str, str]]:
    """Sum of the parts, change of the logit, their difference, the window."""
    k = result.labels.index(label)
    total = float(result.added(label).sum())
    change = float(result.bidirectional.logits[k] - result.causal.logits[k])
    exact = result.causal.position_parts.exact
    rows = [
        ("Sum of the parts", signed(total), ""),
        (f"Change of the {measure}", signed(change), ""),
        ("Difference", two_digits(change - total), remainder(exact)),
    ]
    return rows if result.window is None else [*rows, ("Sliding window", f"{result.window:,}", "tokens")]


def moved(request: Question, result: MaskEffect) -> None:
    """How far each state moves."""
    values = np.array([result.moved[list(unit.tokens)].mean() for unit in request.units])
    figure = bars(request.units, values, charts.theme(), "change of the state", percent=True)
    charts.chart(figure, "moved", "Change of each state as a share of the causal one, by position")
    st.html(markup.note("Length of the change as a share of the state's own length; a word is the mean of its tokens."))
