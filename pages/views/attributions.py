"""Attributions: a card a method, the faithfulness of each, and all of them by position."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from core.figures import attributions as figures
from core.figures.strip import legend, strip
from core.results import METHODS, Attribution, Attributions, Method
from core.words import attributions as words
from core.words import numbers
from core.words.durations import duration
from pages.ui import charts, markup, tables
from pages.ui.question import Question

#: What becomes of a method's first words in a curve.
PERTURBATIONS: tuple[Literal["removed", "kept"], ...] = ("removed", "kept")


def summary(result: Attributions) -> None:
    """Which method to believe, and what speaks against the numbers."""
    st.html(markup.lead(words.best(result)))
    for warning in (words.incomplete(result), words.precision(result)):
        if warning:
            st.html(f'<div class="hl-box hl-warn"><p>{markup.text(warning)}</p></div>')


def methods(request: Question, result: Attributions) -> None:
    """Each method's tinted text, what it is, what it sums to."""
    for row in (METHODS[:2], METHODS[2:4], METHODS[4:]):
        for column, name in zip(st.columns(2, gap="medium"), row, strict=False):
            method = result.methods[METHODS.index(name)]
            kind = ("exact" if result.exact else "linearised") if name == "position parts" else ""
            with column, st.container(border=True):
                st.html(heading(name, kind))
                st.html(strip(request.reading, result.units, method.values, name))
                st.html(markup.facts(sums(method, request.measure)))
                st.html(markup.note(words.about(name, request.measure)))
    st.html(legend("against", f"for {request.named}, each text by its own largest", signed=True))


def heading(method: Method, kind: str) -> str:
    """The head of a method's card."""
    tag = f' <span class="hl-tag">{markup.text(kind)}</span>' if kind else ""
    return f'<div class="hl-pooler"><h3>{markup.text(method.capitalize())}{tag}</h3></div>'


def faithfulness(result: Attributions) -> None:
    """The curves and the numbers."""
    for column, perturbation in zip(st.columns(2, gap="large"), PERTURBATIONS, strict=True):
        alt = f"{result.score} with the first {result.options.by} of each method {perturbation}"
        figure = figures.perturbation(result, charts.theme(), perturbation)
        with column:
            charts.chart(figure, f"attributions-{perturbation}", alt)
    tables.table(rows(result), "Faithfulness of each method's order", key="faithfulness")
    st.html(markup.note(words.faithfulness(result)))


def by_position(request: Question, result: Attributions) -> None:
    """All methods side by side."""
    st.html(markup.section(f"Five methods on '{request.named}', side by side"))
    alt = f"Five methods over {len(result.units)} {request.by}"
    charts.chart(figures.agreement(result, charts.theme()), "agreement", alt)
    st.html(legend("against, as strong as its row gets", "for, as strong", signed=True))


def rows(result: Attributions) -> list[dict[str, Any]]:
    """One row a method, and one for the random orders."""
    by_method: list[dict[str, Any]] = [
        {
            "Order of": f.name,
            **dict(zip(words.measures(result), words.measured(result, f), strict=True)),
            "Computed in": duration(m.seconds),
        }
        for f, m in zip(result.faithfulness, result.methods, strict=True)
    ]
    falls = [" ± ".join(map(numbers.three_digits, pair)) for pair in words.by_chance(result)]
    chance = dict(zip(words.measures(result), falls, strict=True))
    return [*by_method, {"Order of": "random", **chance, "Computed in": "–"}]


def sums(method: Attribution, measure: str) -> list[tuple[str, str, str]]:
    """What the values sum to, and what they should."""
    rows = [("Sum", numbers.signed(method.total), "")]
    if method.owed is not None and method.error is not None:
        what, name = words.owed(method.method, measure)
        rows += [(what, numbers.signed(method.owed), ""), (name, numbers.three_digits(method.error), "")]
    return rows
