"""One prediction at a glance: what each word added, the deletion that was run, the tinted text, how it was found."""

from __future__ import annotations

import streamlit as st

from core.figures.contributions import shares as bars
from core.figures.strip import legend, strip
from core.results import Attributions, Contributions, Deletions, by_unit
from core.words import contributions as words
from pages.ui import markup
from pages.ui.question import Question


def shares(request: Question, result: Contributions, deletions: Deletions) -> None:
    """A bar a word, what is added besides, the sum with its gap, and the tested deletion."""
    st.html(markup.section(words.title(result, request.unit, request.labels)))
    if told := words.deleted(deletions, request.labels, shares=result.exact):
        st.html(markup.lead(told))
    st.html(bars(request.units, result, request.unit))
    st.html(markup.note(words.whole(result)))


def tinted(request: Question, result: Contributions) -> None:
    """The text in its own characters."""
    st.html(markup.section("In the text"))
    st.html(strip(request.reading, request.units, by_unit(result.values, request.units), "contribution"))
    st.html(legend("against", "for", signed=True))


def how(result: Contributions) -> None:
    """The method in words."""
    for paragraph in words.how(result):
        st.html(markup.note(paragraph))


def faithful(result: Attributions) -> None:
    """What the order is worth on this text."""
    st.html(markup.note(words.faithful(result)))
