"""Two texts side by side, every class by size of change, and the minimal flip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.figures import two_texts as figures
from core.figures.strip import legend, strip
from core.results import Contributions, MinimalFlip, Reading, TwoTexts, by_unit
from core.words import contributions as contribution_words
from core.words import outputs
from core.words import two_texts as words
from core.words import verdict as verdict_words
from core.words.numbers import three_digits
from core.words.verdict import cut_off
from pages.ui import charts, markup, tables
from pages.ui.question import Question
from pages.ui.question_line import TOKENS
from pages.views import class_table

_FIND = "two.find"
_COLUMNS = {
    "Change in points": tables.POINTS,
    "Probability A": tables.SHARE,
    "Probability B": tables.SHARE,
    "Change of logit": tables.CHANGE,
    "Change": tables.CHANGE,
}


def side_by_side(request: Question, result: TwoTexts, contributions: Sequence[Contributions]) -> None:
    """The change in a sentence; both texts: what was edited, and what each word did to the class."""
    st.html(markup.lead(words.changed(result, request.label)))
    if result.b.prediction.truncated:
        st.html(markup.warning(f"Text B: {cut_off(result.b.prediction)}"))
    readings = (result.a, result.b)
    units = [reading.words if request.by != TOKENS else reading.pieces for reading in readings]
    values = [by_unit(c.values, unit) for c, unit in zip(contributions, units, strict=True)]
    largest = max(float(np.abs(v).max(initial=0.0)) for v in values)
    edits = (figures.before(result.edits), figures.after(result.edits))
    k = result.labels.index(request.label)
    for i, column in enumerate(st.columns(2, gap="medium")):
        with column, st.container(border=True):
            st.html(_head(result, i))
            st.html(edits[i])
            value = three_digits(float(result.logits[i][k]))
            st.html(markup.note(f"Contributions to '{request.named}', {request.measure} {value}"))
            st.html(strip(readings[i], units[i], values[i], "contribution", largest=largest))
    st.html(legend("against", f"for {request.named}, on one scale for both texts", signed=True))
    kind = contribution_words.kind(contributions[0])
    st.html(markup.note(f"{words.DIFF} Contributions: {kind}."))


def _head(result: TwoTexts, i: int) -> str:
    """Text A or B with what it gets."""
    prediction = (result.a, result.b)[i].prediction
    if not result.has_probabilities:
        tag = markup.text(verdict_words.number(prediction)) if len(result.labels) == 1 else ""
    else:
        share = verdict_words.number(prediction)
        said = f" {markup.text(share)}{markup.mark(prediction)} {markup.sureness(prediction)}" if share else ""
        tag = f"{markup.label(prediction.label, result.labels)}{said}"
    shown = f'<span class="hl-tag">{tag}</span>' if tag else ""
    return f'<div class="hl-pooler"><h3>{("Text A", "Text B")[i]}</h3>{shown}</div>'


def changes(result: TwoTexts) -> None:
    """Those that change most, as bars; of one output the sentence says it."""
    if len(result.labels) == 1:
        return
    noun = outputs.noun(result.a.prediction.problem_type, 2)
    st.html(markup.section(f"The {noun} that change most"))
    alt = f"Change of the {figures.DRAWN} {noun} that change most, text B less text A"
    charts.chart(figures.changes(result, charts.theme()), "two-changes", alt)


def flip(reading: Reading, result: MinimalFlip) -> None:
    """The sentence, the text with its words struck out, the numbers of the search."""
    st.html(markup.lead(words.flipped(result, reading, result.labels)))
    if result.found:
        st.html(figures.struck(reading, result))
    st.html(markup.facts(facts(result)))


def facts(result: MinimalFlip) -> list[tuple[str, str, str]]:
    """Numbers of the search."""
    size = "none" if not result.found else f"{len(result.removed):,}"
    rows = [
        ("Words taken away", size, f"of {result.words:,}"),
        ("Texts tried", f"{result.tried:,}", f"of at most {result.budget:,}"),
        ("Removals tried", *words.tried(result)),
    ]
    if result.found and result.label in result.labels:
        k = result.labels.index(result.label)
        rows.append(("The class that then leads", words.side(result, 1, k), f"before: {words.side(result, 0, k)}"))
    return rows


def all_of(result: TwoTexts) -> str:
    """How many classes the table has."""
    return outputs.all_of(result.a.prediction)


def table(result: TwoTexts) -> None:
    """All classes by size of change, searchable."""
    prediction, labels = result.a.prediction, result.labels
    name, wanted = outputs.noun(prediction.problem_type), outputs.indefinite(prediction.problem_type)
    search = st.text_input(f"Find {wanted}", key=_FIND, placeholder=f"Find {wanted}", label_visibility="collapsed")
    matching = [k for k in result.leading(len(labels)) if class_table.found(search, labels[k], labels)]
    if not matching:
        st.html(markup.note(f"No {name} has '{search}' in its name."))
        return
    rows = [_row(result, name, k) for k in matching]
    columns = {name.capitalize(): tables.classes(labels), **_COLUMNS}
    alt = f"{all_of(result)}: text A, text B and the change"
    tables.table(rows, alt, key="two-classes", columns=columns)


def _row(result: TwoTexts, name: str, k: int) -> dict[str, Any]:
    (pa, pb), (za, zb) = result.probabilities[:, k], result.logits[:, k]
    row: dict[str, Any] = {name.capitalize(): result.labels[k]}
    if not result.has_probabilities:
        return row | {"Value A": float(za), "Value B": float(zb), "Change": float(zb - za)}
    shares = {"Change in points": 100 * float(pb - pa), "Probability A": float(pa), "Probability B": float(pb)}
    return row | shares | {"Logit A": float(za), "Logit B": float(zb), "Change of logit": float(zb - za)}
