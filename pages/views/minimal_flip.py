"""The minimal flip of text A: how many texts to try, what that costs, its search and what came out."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.results import Capability, MinimalFlip
from core.words import two_texts as words
from pages.ui import capabilities, markup, task_progress
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import two_texts as view

TITLE = "Minimal flip: the fewest words of text A that the verdict cannot do without"
BUDGETS = (200, 1000, 5000, 20_000)
BUDGET = "two.budget"
#: What takes longer by its estimate waits for a click.
AT_ONCE_SECONDS = 20.0


def restore(budget: str) -> None:
    """Try as many texts at most as the URL asks for, else as were chosen, else a thousand."""
    st.session_state.setdefault(BUDGET, BUDGETS[1])
    if budget in map(str, BUDGETS):
        st.session_state[BUDGET] = int(budget)


def possible(request: Question) -> bool:
    """Whether the pair has a verdict that can flip."""
    return not capabilities.capabilities(request.selection).why_not(Capability.MINIMAL_FLIP)


def search(request: Question, take: Callable[[str], None]) -> None:
    """The choice, the search, what it says; `take` makes the text that was found text B."""
    if not capabilities.fits(request.selection, Capability.MINIMAL_FLIP):
        return
    place = st.container()
    budget = st.selectbox(
        "Texts to try at most", BUDGETS, format_func="{:,}".format, key=BUDGET, persist_state="session", width=240
    )
    with place:
        result = _searched(request, budget)
        if result is not None:
            view.flip(request.reading, result)
            if result.found:
                st.button("Compare with this as text B", key="flip.take", on_click=take, args=(result.text,))
    st.html(markup.note(words.searched(budget)))


def _searched(request: Question, budget: int) -> MinimalFlip | None:
    """The minimal flip of text A; or None, after what it costs, a button, or how far it is."""
    cost = explainer().flip_cost(request.selection, request.text, budget)
    task = explainer().minimal_flip(request.selection, request.text, budget)
    if cost.seconds > AT_ONCE_SECONDS and task.state() is None:
        st.html(markup.note(words.cost(cost)))
        st.button("Search", type="primary", key="flip.start", on_click=task.start)
        return None
    return task_progress.result(task, "flip", "Taking words away")
