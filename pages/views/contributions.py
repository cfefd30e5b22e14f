"""Contributions: the shares as bars, the tinted text, the numbers, base and adapter by position."""

from __future__ import annotations

import streamlit as st

from core.figures import contributions as figures
from core.figures.strip import legend, strip
from core.results import Contributions, by_unit
from core.words import contributions as words
from core.words.class_names import readable
from core.words.numbers import signed, two_digits
from pages.ui import charts, markup
from pages.ui.question import Question


def shares(request: Question, result: Contributions) -> None:
    """The largest shares beside the text and the numbers."""
    st.html(f'<span class="hl-tag{" hl-on" if result.exact else ""}">{markup.text(words.kind(result))}</span>')
    st.html(markup.section(words.title(result, request.unit, request.labels)))
    left, right = st.columns(2, gap="large")
    with left:
        st.html(figures.shares(request.units, result, request.unit, most=8))
    with right:
        st.html(strip(request.reading, request.units, by_unit(result.values, request.units), "contribution"))
        against = result.options.against
        rival = readable(against, request.labels)
        low, high = (f"for {rival}", f"for {request.named}") if against else ("against", "for")
        st.html(legend(low, high, signed=True))
        st.html(markup.facts(facts(result)))


def by_position(request: Question, result: Contributions) -> None:
    """A bar each, in the order of the text."""
    if told := words.apart(result):
        st.html(markup.note(told))
    alt = f"Contribution of each of the {len(request.units)} {request.by}, in the order of the text"
    charts.chart(figures.by_position(request.units, result, charts.theme()), "shares", alt)


def facts(result: Contributions) -> list[tuple[str, str, str]]:
    """Sum, the model's own value, difference, and what is none of the tokens'."""
    name = words.quantity(result.quantity)
    if not result.exact:
        return [(f"{name}, by the model", words.exactly(result.value), "")]
    rows = [(part[:1].upper() + part[1:], signed(value), "") for part, value in words.parts(result)]
    return [
        ("Sum of the shares", words.exactly(result.total), ""),
        (f"{name}, by the model", words.exactly(result.value), ""),
        ("Difference", two_digits(result.gap), "rounding"),
        *rows,
    ]
