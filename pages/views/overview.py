"""One prediction at a glance: what each word added to the logit of the class."""

from __future__ import annotations

import streamlit as st

from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import Contributions, by_unit
from core.words import contributions as words
from pages.ui import markup
from pages.ui.question import Question


def contributions(request: Question, result: Contributions) -> None:
    """The text tinted by what each word did, and the largest parts."""
    values = by_unit(result.of(request.label), request.units)
    st.html(markup.section(f"What each {request.unit} added to the logit of '{request.label}'"))
    st.html(strip(request.reading, request.units, values, "contribution"))
    st.html(legend("against", "for", signed=True))
    st.html(ranking(request.units, values, request.unit))
    st.html(markup.note(words.whole(result, request.label)))
