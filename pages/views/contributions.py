"""Contributions: the tinted text, the largest parts, the numbers, the bars by position."""

from __future__ import annotations

import streamlit as st

from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import Contributions, by_unit
from core.words import contributions as words
from core.words.numbers import two_digits
from pages.ui import charts, markup
from pages.ui.question import Question


def parts(request: Question, result: Contributions, rival: str) -> None:
    """What each word added to the logit of the class, or to its lead over `rival`; that is empty for none."""
    parts = result.between(request.label, rival) if rival else result.of(request.label)
    values = by_unit(parts, request.units)
    tag = words.kind(result.exact)
    st.html(f'<span class="hl-tag{" hl-on" if result.exact else ""}">{markup.text(tag)}</span>')
    left, right = st.columns(2, gap="large")
    with left:
        st.html(strip(request.reading, request.units, values, "contribution"))
        low, high = (f"for {rival}", f"for {request.label}") if rival else ("against", "for")
        st.html(legend(low, high, signed=True))
        st.html(markup.facts(facts(result, request.label, rival)))
    with right:
        st.html(ranking(request.units, values, request.unit, most=8))
    name = f"lead over {rival}" if rival else "contribution"
    st.html(markup.section(f"{name[:1].upper()}{name[1:]} by position"))
    charts.chart(
        bars(request.units, values, charts.theme(), "contribution"),
        "parts",
        f"Contribution of each of the {len(values)} {request.by}, in the order of the text",
    )


def facts(result: Contributions, label: str, rival: str) -> list[tuple[str, str, str]]:
    """Sum, logit, difference: for one class, or for the lead of one over the other."""
    k = result.labels.index(label)
    total, logit = float(result.sums[k]), float(result.logits[k])
    if rival:
        j = result.labels.index(rival)
        total, logit = total - float(result.sums[j]), logit - float(result.logits[j])
    name = "Lead in logits" if rival else "Logit"
    return [
        ("Sum of the parts", words.exactly(total), ""),
        (f"{name}, by the model", words.exactly(logit), ""),
        ("Difference", two_digits(logit - total), words.remainder(result.exact)),
        ("Parts", f"{result.values.shape[1]:,}", "tokens"),
    ]
