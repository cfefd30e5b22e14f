"""Two texts in rows and facts: every class by size of change, and the numbers of the minimal flip."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.results import MinimalFlip, TwoTexts
from core.words import two_texts as words
from pages.ui import markup, tables

_FIND = "two.find"


def facts(found: MinimalFlip) -> list[tuple[str, str, str]]:
    """Numbers of the search."""
    size = "none" if not found.found else f"{len(found.removed):,}"
    rows = [
        ("Words taken away", size, f"of {found.words:,}"),
        ("Texts tried", f"{found.tried:,}", f"of at most {found.budget:,}"),
        ("Every removal tried", f"up to {found.complete:,}" if found.complete else "none", "words at once"),
    ]
    if found.found and found.label in found.labels:
        k = found.labels.index(found.label)
        rows.append(("New verdict", words.side(found, 1, k), f"was {words.side(found, 0, k)}"))
    return rows


def table(found: TwoTexts) -> None:
    """All classes by size of change, searchable."""
    head, find = st.columns([3, 2], vertical_alignment="center")
    noun = "classes" if found.has_probabilities else "outputs"
    head.html(markup.section(f"All {len(found.labels)} {noun}"))
    wanted = find.text_input("Find a class", key=_FIND, placeholder="Find a class", label_visibility="collapsed")
    asked = [k for k in found.leading(len(found.labels)) if wanted.strip().lower() in found.labels[k].lower()]
    rows = [_row(found, k) for k in asked]
    if rows:
        tables.table(rows, "All classes: text A, text B and the change", key="two-classes")
    else:
        st.html(markup.note(f"No class has '{wanted}' in its name."))


def _row(found: TwoTexts, k: int) -> dict[str, Any]:
    (pa, pb), (za, zb) = found.probabilities[:, k], found.logits[:, k]
    logits = {"Logit A": float(za), "Logit B": float(zb), "Change of logit": float(zb - za)}
    if not found.has_probabilities:
        return {"Output": found.labels[k], **logits}
    shares = {"Change": float(pb - pa), "p in A": float(pa), "p in B": float(pb)}
    return {"Class": found.labels[k], **shares, **logits}
