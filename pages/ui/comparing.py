"""Two texts in words: what changed, and which words the verdict cannot do without."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.results import FlipCost, Floats, MinimalFlip, Reading, TwoTexts
from pages.ui import markup, numbers, tables

SEARCH = (
    "Words are tried in the order of their contributions: every removal of one word, then of two, of three and so on, "
    "as far as {budget:,} texts reach; beyond that the largest contributions together, less those that are not "
    "needed. A removed word is deleted from the text with the space before it, and what stays is tokenised anew. "
    "One word stays at least. The words of what was cut off are left alone."
)
DIFF = "Words are compared as they are written. Replaced words count as removed from A and added in B."
_FIND = "two.find"


def changed(found: TwoTexts, label: str) -> str:
    """What the edit did, in a sentence."""
    a, b = found.verdicts
    k = found.labels.index(label)
    before, after = (_share(found.probabilities[i], found.logits[i], k) for i in (0, 1))
    moved = f"'{label}' goes from {before} to {after}, its logit by {found.logit_change[k]:+.2f}."
    if not found.has_probabilities:
        return f"The edit moves the output of {moved}"
    if a == b:
        return f"Both texts get '{a}'. {moved}"
    return f"The edit turns the verdict from '{a}' into '{b}'. {moved}"


def flipped(found: MinimalFlip, reading: Reading) -> str:
    """The words of the minimal flip, or that there are none, and what that rests on."""
    if found.words < 2:
        return "There is nothing to take away: the text has one word, and one word stays at least."
    if not found.found:
        every = f"No removal changes '{found.verdict}': all that leave a word were tried."
        rest = f"Nothing tried changes '{found.verdict}': {_reach(found)}, and the largest contributions together."
        return every if found.proven else rest
    names = [f"'{reading.words[i].text}'" for i in found.removed]
    listed = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    count = f"{len(names)} of {found.words} words"
    first = f"Without {listed} ({count}) the verdict is '{found.label}' instead of '{found.verdict}'."
    if found.proven and len(names) == 1:
        return f"{first} Proven minimal: nothing is fewer than one word."
    if found.proven:
        return f"{first} Proven minimal: every smaller removal was tried."
    needed = " None of these words can be put back alone." if found.irreducible else ""
    return f"{first} The smallest found, not proven minimal: {_reach(found)}.{needed}"


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
        rows.append(("New verdict", _share(found.probabilities[1], found.logits[1], k), f"was {_before(found, k)}"))
    return rows


def cost(told: FlipCost) -> str:
    """What the search takes, said before."""
    return f"At most {told.texts:,} texts through the model: about {time(told.seconds)}, from one measured batch."


def time(seconds: float) -> str:
    """A time in words."""
    return " ".join(numbers.duration(seconds))


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


def _reach(found: MinimalFlip) -> str:
    if not found.complete:
        return "not even every single word was tried alone"
    return f"every removal of up to {found.complete} word{'s' if found.complete > 1 else ''} was tried"


def _before(found: MinimalFlip, k: int) -> str:
    return _share(found.probabilities[0], found.logits[0], k)


def _share(probabilities: Floats, logits: Floats, k: int) -> str:
    value = float(np.asarray(probabilities)[k])
    return f"{numbers.percent(value)}\u00a0%" if value == value else numbers.three_digits(float(logits[k]))
