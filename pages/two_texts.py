"""Two texts: what an edit changes, and the fewest words whose removal changes the verdict."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import AppError
from core.figures import two_texts as figures
from core.figures.strip import legend, strip
from core.results import Capability, MinimalFlip, TwoTexts, by_unit
from core.words import two_texts as words
from pages.ui import capabilities, charts, markup, question, task_progress, url_state
from pages.ui.question import LONGEST_IN_URL, TOKENS, Question
from pages.ui.services import explainer
from pages.views import two_texts as view

BUDGETS = (200, 1000, 5000, 20_000)
#: What takes longer by its estimate waits for a click.
AT_ONCE_SECONDS = 20.0
#: Text B as the person left it; None follows text A.
OTHER = "two.other"
_BOX, _SHOWN, _BUDGET = "two.box", "two.shown", "two.budget"


def _take(other: str | None) -> None:
    st.session_state[OTHER] = other


def _submit(text: str) -> None:
    _take(st.session_state[_BOX] if st.session_state[_BOX] != text else None)


def other_text(request: Question) -> str:
    """The form of text B, and what it holds: text A until it is edited."""
    requested = url_state.asked("two", ("other", "texts"))
    if "other" in requested:
        _take(requested["other"])
    if requested.get("texts", "") in map(str, BUDGETS):
        st.session_state[_BUDGET] = int(requested["texts"])
    other = st.session_state.get(OTHER)
    shown = request.text if other is None else other
    if st.session_state.get(_SHOWN) != shown or _BOX not in st.session_state:
        st.session_state[_BOX] = st.session_state[_SHOWN] = shown
    with st.form("two", border=False):
        st.text_area("Text B, an edit of the text above (A)", key=_BOX, height=96, persist_state="session")
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button("Compare", type="primary", on_click=_submit, args=(request.text,))
            st.form_submit_button("Same as A again", on_click=_take, args=(None,))
    return str(shown)


def side_by_side(request: Question, result: TwoTexts) -> None:
    """Both texts: what was edited, and what each word did to the class."""
    ways = (result.a, figures.before, "Text A"), (result.b, figures.after, "Text B")
    parts = [explainer().contributions(request.selection, reading.prediction.text) for reading, _, _ in ways]
    units = [reading.words if request.by != TOKENS else reading.pieces for reading, _, _ in ways]
    values = [by_unit(part.of(request.label), unit) for part, unit in zip(parts, units, strict=True)]
    largest = max(float(np.abs(v).max(initial=0.0)) for v in values)
    k = result.labels.index(request.label)
    for i, column in enumerate(st.columns(2, gap="medium")):
        reading, marked, heading = ways[i]
        with column, st.container(border=True):
            tag = f'<span class="hl-tag">{markup.label(reading.prediction.label)}</span>'
            st.html(f'<div class="hl-pooler"><h3>{markup.text(heading)}</h3>{tag}</div>')
            st.html(marked(result.edits))
            st.html(markup.note(f"Contributions to '{request.label}', logit {result.logits[i][k]:+.3f}"))
            st.html(strip(reading, units[i], values[i], "contribution", largest=largest))
    st.html(legend("against", f"for {request.label}, on one scale for both texts", signed=True))
    kind = "Contributions are exact." if parts[0].exact else "Contributions are linearised, not exact."
    st.html(markup.note(f"{words.DIFF} {kind}"))


def compared(request: Question, other: str) -> None:
    """The answer to text B beside that to text A; or why there is none."""
    try:
        result = explainer().two_texts(request.selection, request.text, other)
    except AppError as error:
        st.html(markup.problem(error))
        return
    if request.text == other:
        st.html(markup.lead("Text B is still text A: edit it and compare, or take the text of the minimal flip below."))
    else:
        st.html(markup.lead(words.changed(result, request.label)))
        side_by_side(request, result)
        st.html(markup.section("The classes that change most"))
        alt = f"Change of the {figures.DRAWN} classes that change most, text B less text A"
        charts.chart(figures.changes(result, charts.theme()), "two-changes", alt)
        view.table(result)


def flip(request: Question) -> None:
    """The minimal flip of text A: its cost, its search, what was found."""
    st.html(markup.section("Minimal flip: the fewest words of text A that the verdict cannot do without"))
    st.session_state.setdefault(_BUDGET, BUDGETS[1])
    if not capabilities.fits(request.selection, Capability.MINIMAL_FLIP):
        return
    left, _ = st.columns([2, 5])
    name = "Texts to try at most"
    budget = left.selectbox(name, BUDGETS, format_func="{:,}".format, key=_BUDGET, persist_state="session")
    budget = budget or BUDGETS[1]
    message = explainer().flip_cost(request.selection, request.text, budget)
    task = explainer().minimal_flip(request.selection, request.text, budget)
    result: MinimalFlip | None = None
    if message.seconds > AT_ONCE_SECONDS and task.state() is None:
        st.html(markup.note(words.cost(message)))
        st.button("Search", type="primary", key="flip.start", on_click=task.start)
    else:
        result = task_progress.result(task, "flip", "Taking words away")
    if result is not None:
        st.html(markup.lead(words.flipped(result, request.reading)))
        if result.found:
            st.html(figures.struck(request.reading, result))
        st.html(markup.facts(view.facts(result)))
        if result.found:
            st.button("Compare with this as text B", key="flip.take", on_click=_take, args=(result.text,))
    st.html(markup.note(words.searched(budget)))


asked = question.ask("Two texts", "What an edit changes, and the fewest words that the verdict cannot do without.")
if asked is not None:
    other = other_text(asked)
    compared(asked, other)
    flip(asked)
    kept = other if other != asked.text and len(other) <= LONGEST_IN_URL else None
    url_state.write("two", {"other": kept, "texts": str(st.session_state[_BUDGET])})
