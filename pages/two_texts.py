"""Two texts: what an edit changes, and the fewest words whose removal changes the verdict."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import ContributionOptions
from pages.ui import browser, details, markup, question, url_state
from pages.ui.question import LONGEST_IN_URL, Question
from pages.ui.question_line import OTHER
from pages.ui.services import explainer
from pages.views import minimal_flip
from pages.views import two_texts as view

_BOX, _SHOWN = "two.box", "two.shown"


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
    minimal_flip.restore(requested.get("texts", ""))
    shown = request.text if (other := st.session_state.get(OTHER)) is None else other
    if st.session_state.get(_SHOWN) != shown or _BOX not in st.session_state:
        st.session_state[_BOX] = st.session_state[_SHOWN] = shown
    with st.form("two", border=False):
        st.text_area("Text B, an edit of the text above (A)", key=_BOX, height=68, persist_state="session")
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
    details.part(view.all_of(result), "classes", lambda: view.table(result))


def flip(request: Question, *, folded: bool) -> None:
    """The minimal flip of text A; below two texts it is folded, and left out where there can be none."""
    if not minimal_flip.possible(request):
        return
    if folded:
        details.part(minimal_flip.TITLE, "flip", lambda: minimal_flip.search(request, set_other))
    else:
        st.html(markup.section(minimal_flip.TITLE))
        minimal_flip.search(request, set_other)


request = question.ask("Two texts", "What an edit changes, and the fewest words without which it says something else.")
if request is not None:
    other = write_other(request)
    browser.mark_unasked(_BOX, other, other=True)
    with st.container(key="compared"):
        compared(request, other)
    flip(request, folded=request.text != other)
    in_url = other if other != request.text and len(other) <= LONGEST_IN_URL else None
    url_state.write("two", {"other": in_url, "texts": str(st.session_state[minimal_flip.BUDGET])})
