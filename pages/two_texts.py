"""Two texts: what an edit changes, and the fewest words whose removal changes the verdict."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import Capability, ContributionOptions, MinimalFlip
from core.words import two_texts as words
from pages.ui import capabilities, markup, question, task_progress, url_state
from pages.ui.question import LONGEST_IN_URL, Question
from pages.ui.services import explainer
from pages.views import two_texts as view

BUDGETS = (200, 1000, 5000, 20_000)
#: What takes longer by its estimate waits for a click.
AT_ONCE_SECONDS = 20.0
#: Text B as the person left it; None follows text A.
OTHER = "two.other"
_BOX, _SHOWN, _BUDGET = "two.box", "two.shown", "two.budget"


def set_other(text: str | None) -> None:
    """Make a text the one that is text B; None for text A."""
    st.session_state[OTHER] = text


def submit(text: str) -> None:
    """Compare text A, which is `text`, with what is in the form."""
    set_other(st.session_state[_BOX] if st.session_state[_BOX] != text else None)


def write_other(request: Question) -> str:
    """The form of text B, and what it holds: text A until it is edited."""
    requested = url_state.requested("two", ("other", "texts"))
    if "other" in requested:
        set_other(requested["other"])
    if requested.get("texts", "") in map(str, BUDGETS):
        st.session_state[_BUDGET] = int(requested["texts"])
    shown = request.text if (other := st.session_state.get(OTHER)) is None else other
    if st.session_state.get(_SHOWN) != shown or _BOX not in st.session_state:
        st.session_state[_BOX] = st.session_state[_SHOWN] = shown
    with st.form("two", border=False):
        st.text_area("Text B, an edit of the text above (A)", key=_BOX, height=96, persist_state="session")
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button("Compare", type="primary", on_click=submit, args=(request.text,))
            st.form_submit_button("Same as A again", on_click=set_other, args=(None,))
    return str(shown)


def compared(request: Question, other: str) -> None:
    """The answer to text B beside that to text A; or why there is none."""
    try:
        result = explainer().two_texts(request.selection, request.text, other)
    except AppError as error:
        st.html(markup.problem(error))
        return
    if request.text == other:
        st.html(markup.lead("Text B is still text A: edit it and compare, or take the text of the minimal flip below."))
        return
    logit, ask = ContributionOptions(request.label, "logit"), explainer().contributions
    view.side_by_side(request, result, [ask(request.selection, text, logit) for text in (request.text, other)])
    view.changes(result)


def searched(request: Question, budget: int) -> MinimalFlip | None:
    """The minimal flip of text A; or None, after what it costs, a button, or how far it is."""
    cost = explainer().flip_cost(request.selection, request.text, budget)
    task = explainer().minimal_flip(request.selection, request.text, budget)
    if cost.seconds > AT_ONCE_SECONDS and task.state() is None:
        st.html(markup.note(words.cost(cost)))
        st.button("Search", type="primary", key="flip.start", on_click=task.start)
        return None
    return task_progress.result(task, "flip", "Taking words away")


def flip(request: Question) -> None:
    """The minimal flip of text A: how many texts to try, its search, what it says. None where there is no verdict."""
    if not capabilities.capabilities(request.selection).can(Capability.MINIMAL_FLIP):
        return
    st.html(markup.section("Minimal flip: the fewest words of text A without which it says something else"))
    st.session_state.setdefault(_BUDGET, BUDGETS[1])
    left, _ = st.columns([2, 5])
    name = "Texts to try at most"
    budget = left.selectbox(name, BUDGETS, format_func="{:,}".format, key=_BUDGET, persist_state="session")
    result = searched(request, budget)
    if result is not None:
        view.flip(request.reading, result)
        if result.found:
            st.button("Compare with this as text B", key="flip.take", on_click=set_other, args=(result.text,))
    st.html(markup.note(words.searched(budget)))


request = question.ask("Two texts", "What an edit changes, and the fewest words without which it says something else.")
if request is not None:
    other = write_other(request)
    compared(request, other)
    flip(request)
    in_url = other if other != request.text and len(other) <= LONGEST_IN_URL else None
    url_state.write("two", {"other": in_url, "texts": str(st.session_state.get(_BUDGET, BUDGETS[1]))})
