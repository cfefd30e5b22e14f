"""Contributions: the logit of a class, split over the positions; one class against another."""

from __future__ import annotations

import streamlit as st

from core.figures.positions import bars
from core.figures.ranking import ranking
from core.figures.strip import legend, strip
from core.results import Contributions, by_unit
from core.words import contributions as words
from core.words.numbers import two_digits
from pages.ui import charts, markup, question
from pages.ui.question import Question
from pages.ui.services import explainer

AGAINST = "contributions.against"
NOTHING = ""


def facts(result: Contributions, label: str, other: str) -> list[tuple[str, str, str]]:
    """Sum, logit, difference: for one class, or for the lead of one over the other."""
    k = result.labels.index(label)
    total, logit = float(result.sums[k]), float(result.logits[k])
    if other:
        j = result.labels.index(other)
        total, logit = total - float(result.sums[j]), logit - float(result.logits[j])
    name = "Lead in logits" if other else "Logit"
    return [
        ("Sum of the parts", words.exactly(total), ""),
        (f"{name}, by the model", words.exactly(logit), ""),
        ("Difference", two_digits(logit - total), words.remainder(result.exact)),
        ("Parts", f"{result.values.shape[1]:,}", "tokens"),
    ]


def rival(request: Question) -> str:
    """The class to compare with; none to begin with."""
    others = [row.label for row in request.reading.prediction.ranked if row.label != request.label]
    if st.session_state.get(AGAINST, NOTHING) not in (NOTHING, *others):
        st.session_state[AGAINST] = NOTHING
    titles = {NOTHING: "nothing: the logit itself"}
    chosen = st.selectbox(
        f"'{markup.plain(request.label)}' against",
        (NOTHING, *others),
        format_func=lambda c: titles.get(c, c),
        key=AGAINST,
        persist_state="session",
    )
    return chosen or NOTHING


def draw(request: Question, result: Contributions) -> None:
    """The tinted text, the largest parts, the numbers, the bars."""
    other = rival(request)
    parts = result.between(request.label, other) if other else result.of(request.label)
    values = by_unit(parts, request.units)
    tag = words.kind(result.exact)
    st.html(f'<span class="hl-tag{" hl-on" if result.exact else ""}">{markup.text(tag)}</span>')
    left, right = st.columns(2, gap="large")
    with left:
        st.html(strip(request.reading, request.units, values, "contribution"))
        st.html(legend(f"for {other}" if other else "against", f"for {request.label}" if other else "for", signed=True))
        st.html(markup.facts(facts(result, request.label, other)))
    with right:
        st.html(ranking(request.units, values, request.unit, most=8))
    what = f"lead over {other}" if other else "contribution"
    st.html(markup.section(f"{what[:1].upper()}{what[1:]} by position"))
    charts.chart(
        bars(request.units, values, charts.theme(), "contribution"),
        "parts",
        f"Contribution of each of the {len(values)} {request.by}, in the order of the text",
    )
    st.html(markup.note(words.ABOUT))
    st.html(markup.note(f"How: {result.method}."))
    if not result.exact:
        st.html(markup.note(words.whole(result, request.label)))


asked = question.ask("Contributions", "The logit of a class, split over the positions of the text.")
if asked is not None:
    draw(asked, explainer().contributions(asked.selection, asked.text))
