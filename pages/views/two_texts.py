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
from core.words import two_texts as words
from core.words.verdict import cut_off
from pages.ui import charts, markup, tables
from pages.ui.question import Question
from pages.ui.question_line import TOKENS

_FIND = "two.find"


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
            tag = f'<span class="hl-tag">{markup.label(readings[i].prediction.label)}</span>'
            st.html(f'<div class="hl-pooler"><h3>{markup.text(("Text A", "Text B")[i])}</h3>{tag}</div>')
            st.html(edits[i])
            st.html(markup.note(f"Contributions to '{request.label}', logit {result.logits[i][k]:+.3f}"))
            st.html(strip(readings[i], units[i], values[i], "contribution", largest=largest))
    st.html(legend("against", f"for {request.label}, on one scale for both texts", signed=True))
    kind = contribution_words.kind(contributions[0])
    st.html(markup.note(f"{words.DIFF} Contributions: {kind}."))


def changes(result: TwoTexts) -> None:
    """The classes that change most, as bars."""
    st.html(markup.section("The classes that change most"))
    alt = f"Change of the {figures.DRAWN} classes that change most, text B less text A"
    charts.chart(figures.changes(result, charts.theme()), "two-changes", alt)


def flip(reading: Reading, result: MinimalFlip) -> None:
    """The sentence, the text with its words struck out, the numbers of the search."""
    st.html(markup.lead(words.flipped(result, reading)))
    if result.found:
        st.html(figures.struck(reading, result))
    st.html(markup.facts(facts(result)))


def facts(result: MinimalFlip) -> list[tuple[str, str, str]]:
    """Numbers of the search."""
    size = "none" if not result.found else f"{len(result.removed):,}"
    rows = [
        ("Words taken away", size, f"of {result.words:,}"),
        ("Texts tried", f"{result.tried:,}", f"of at most {result.budget:,}"),
        ("Every removal tried", f"up to {result.complete:,}" if result.complete else "none", "words at once"),
    ]
    if result.found and result.label in result.labels:
        k = result.labels.index(result.label)
        rows.append(("New verdict", words.side(result, 1, k), f"was {words.side(result, 0, k)}"))
    return rows


def all_of(result: TwoTexts) -> str:
    """How many classes the table has."""
    return f"All {len(result.labels)} {'classes' if result.has_probabilities else 'outputs'}"


def table(result: TwoTexts) -> None:
    """All classes by size of change, searchable."""
    search = st.text_input("Find a class", key=_FIND, placeholder="Find a class", label_visibility="collapsed")
    matching = [k for k in result.leading(len(result.labels)) if search.strip().lower() in result.labels[k].lower()]
    rows = [_row(result, k) for k in matching]
    if rows:
        tables.table(rows, "All classes: text A, text B and the change", key="two-classes")
    else:
        st.html(markup.note(f"No class has '{search}' in its name."))


def _row(result: TwoTexts, k: int) -> dict[str, Any]:
    (pa, pb), (za, zb) = result.probabilities[:, k], result.logits[:, k]
    logits = {"Logit A": float(za), "Logit B": float(zb), "Change of logit": float(zb - za)}
    if not result.has_probabilities:
        return {"Output": result.labels[k], **logits}
    shares = {"Change": float(pb - pa), "p in A": float(pa), "p in B": float(pb)}
    return {"Class": result.labels[k], **shares, **logits}
