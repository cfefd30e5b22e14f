"""Two texts in rows and facts: every class by size of change, and the numbers of the minimal flip."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.results import MinimalFlip, TwoTexts
from core.words import two_texts as words
from pages.ui import markup, tables

_FIND = "two.find"


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


def table(result: TwoTexts) -> None:
    """All classes by size of change, searchable."""
    head, find = st.columns([3, 2], vertical_alignment="center")
    noun = "classes" if result.has_probabilities else "outputs"
    head.html(markup.section(f"All {len(result.labels)} {noun}"))
    requested = find.text_input("Find a class", key=_FIND, placeholder="Find a class", label_visibility="collapsed")
    request = [k for k in result.leading(len(result.labels)) if requested.strip().lower() in result.labels[k].lower()]
    rows = [_row(result, k) for k in request]
    if rows:
        tables.table(rows, "All classes: text A, text B and the change", key="two-classes")
    else:
        st.html(markup.note(f"No class has '{requested}' in its name."))


def _row(result: TwoTexts, k: int) -> dict[str, Any]:
    (pa, pb), (za, zb) = result.probabilities[:, k], result.logits[:, k]
    logits = {"Logit A": float(za), "Logit B": float(zb), "Change of logit": float(zb - za)}
    if not result.has_probabilities:
        return {"Output": result.labels[k], **logits}
    shares = {"Change": float(pb - pa), "p in A": float(pa), "p in B": float(pb)}
    return {"Class": result.labels[k], **shares, **logits}
