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


def facts(found: Contributions, label: str, other: str) -> list[tuple[str, str, str]]:
    """Sum, logit, difference: for one class, or for the lead of one over the other."""
    k = found.labels.index(label)
    total, logit = float(found.sums[k]), float(found.logits[k])
    if other:
        j = found.labels.index(other)
        total, logit = total - float(found.sums[j]), logit - float(found.logits[j])
    name = "Lead in logits" if other else "Logit"
    return [
        ("Sum of the parts", words.exactly(total), ""),
        (f"{name}, by the model", words.exactly(logit), ""),
        ("Difference", two_digits(logit - total), words.remainder(found.exact)),
        ("Parts", f"{found.values.shape[1]:,}", "tokens"),
    ]


def rival(asked: Question) -> str:
    """The class to compare with; none to begin with."""
    others = [row.label for row in asked.reading.prediction.ranked if row.label != asked.label]
    if st.session_state.get(AGAINST, NOTHING) not in (NOTHING, *others):
        st.session_state[AGAINST] = NOTHING
    titles = {NOTHING: "nothing: the logit itself"}
    chosen = st.selectbox(
        f"'{asked.label}' against",
        (NOTHING, *others),
        format_func=lambda c: titles.get(c, c),
        key=AGAINST,
        persist_state="session",
    )
    return chosen or NOTHING


def draw(asked: Question, found: Contributions) -> None:
    """The tinted text, the largest parts, the numbers, the bars."""
    other = rival(asked)
    parts = found.between(asked.label, other) if other else found.of(asked.label)
    values = by_unit(parts, asked.units)
    tag = words.kind(found.exact)
    st.html(f'<span class="hl-tag{" hl-on" if found.exact else ""}">{markup.text(tag)}</span>')
    left, right = st.columns(2, gap="large")
    with left:
        st.html(strip(asked.reading, asked.units, values, "contribution"))
        st.html(legend(f"for {other}" if other else "against", f"for {asked.label}" if other else "for", signed=True))
        st.html(markup.facts(facts(found, asked.label, other)))
    with right:
        st.html(ranking(asked.units, values, asked.unit, most=8))
    what = f"lead over {other}" if other else "contribution"
    st.html(markup.section(f"{what[:1].upper()}{what[1:]} by position"))
    charts.chart(
        bars(asked.units, values, charts.theme(), "contribution"),
        "parts",
        f"Contribution of each of the {len(values)} {asked.by}, in the order of the text",
    )
    st.html(markup.note(words.ABOUT))
    st.html(markup.note(f"How: {found.method}."))
    if not found.exact:
        st.html(markup.note(words.whole(found, asked.label)))


asked = question.ask("Contributions", "The logit of a class, split over the positions of the text.")
if asked is not None:
    draw(asked, explainer().contributions(asked.selection, asked.text))
