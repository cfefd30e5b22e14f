"""What the mask changes: both verdicts, the leading classes, what each word adds by being read ahead."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.figures.adapter_effect import versus
from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import MaskEffect, by_unit
from core.words.numbers import two_digits
from core.words.position_parts import remainder
from core.words.verdict import stated
from pages.ui import charts, markup, tables
from pages.ui.question import Question
from pages.views.adapter_effect import card

#: Classes in the table.
LISTED = 10


def both_masks(result: MaskEffect, label: str) -> None:
    """Both verdicts, side by side."""
    st.html(markup.section("Under both masks"))
    k = result.labels.index(label)
    left, right = st.columns([4, 9], gap="large")
    for side in (result.causal, result.bidirectional):
        trained = side.mask == result.trained
        value = stated(float(side.probabilities[k]), float(side.logits[k]), "output")
        tag = "trained with this mask" if trained else "not trained with it"
        with left, st.container(border=True):
            st.html(card(side.mask.capitalize(), tag, side.label, label, value, on=trained))
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
        charts.chart(figure, "versus", "Leading classes under both masks")


def table(result: MaskEffect) -> None:
    """The leading classes and what changes."""
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


def added(request: Question, result: MaskEffect) -> None:
    """What reading ahead adds, word by word."""
    values = by_unit(result.added(request.label), request.units)
    left, right = st.columns(2, gap="large")
    with left:
        st.html(strip(request.reading, request.units, values, "added"))
        st.html(legend("takes away", "adds", signed=True))
        st.html(markup.facts(facts(result, request.label)))
    with right:
        st.html(ranking(request.units, values, request.unit, most=8))
    charts.chart(bars(request.units, values, charts.theme(), "added"), "added", "Added by reading ahead, by position")


def facts(result: MaskEffect, label: str) -> list[tuple[str, str, str]]:
    """Sum of the parts, change of the logit, their difference, the window."""
    k = result.labels.index(label)
    total = float(result.added(label).sum())
    change = float(result.bidirectional.logits[k] - result.causal.logits[k])
    exact = result.causal.position_parts.exact
    rows = [
        ("Sum of the parts", f"{total:+.4f}", ""),
        ("Change of the logit", f"{change:+.4f}", ""),
        ("Difference", two_digits(change - total), remainder(exact)),
    ]
    return rows if result.window is None else [*rows, ("Sliding window", f"{result.window:,}", "tokens")]


def moved(request: Question, result: MaskEffect) -> None:
    """How far each state moves."""
    values = np.array([result.moved[list(unit.tokens)].mean() for unit in request.units])
    figure = bars(request.units, values, charts.theme(), "change of the state", percent=True)
    charts.chart(figure, "moved", "Change of each state as a share of the causal one, by position")
    st.html(markup.note("Length of the change as a share of the state's own length; a word is the mean of its tokens."))
