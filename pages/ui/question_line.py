"""Question and verdict in one line, which stays on top while a page scrolls: text, verdict, class, words or tokens."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.results import Reading
from core.words import outputs
from core.words import verdict as words
from core.words.class_names import readable
from pages.ui import markup, verdict_line

#: The text that every page answers, Classify included.
ASKED = "headlight.text"
#: The one that *Two texts* compares with it, as the person left it; None follows it.
OTHER = "two.other"
WORDS, TOKENS = "words", "tokens"
BOX, CLASS, BY = "why.text", "why.class", "why.by"
#: Stands for whatever class comes first, also of the next text.
VERDICT = ""
OPENER = "question_text"
_OPEN, _SHOWN = "why.open", "why.shown"
#: Characters of the text on its button, of which the style shows what there is room for; the form has all.
_ON_BUTTON = 200


def line() -> DeltaGenerator:
    """The place of the line."""
    return st.container(key="question", horizontal=True, vertical_alignment="center", gap="small")


def text() -> None:
    """The text, cut where the line has no more room; behind it the form that edits it.

    What is typed stays when it cannot be answered.
    """
    asked = st.session_state.get(ASKED, "")
    if st.session_state.get(_SHOWN) != asked or BOX not in st.session_state:
        st.session_state[BOX] = st.session_state[_SHOWN] = asked
    label = markup.plain(asked, _ON_BUTTON) or "Type a text"
    with (
        st.container(key=OPENER),
        st.popover(label, icon=":material/edit:", key=_OPEN, on_change="rerun", width="stretch"),
        st.form("why", border=False),
    ):
        st.text_area("Text", key=BOX, height=160, placeholder="Type or paste a text", persist_state="session")
        st.form_submit_button("Explain", type="primary", on_click=_submit)


def _submit() -> None:
    st.session_state[ASKED] = st.session_state[BOX]
    st.session_state[_OPEN] = False


def choose_class(reading: Reading, *, offered: bool) -> str:
    """The class that the page speaks of; VERDICT where that is the first one, whichever it is, sure or not."""
    prediction = reading.prediction
    noun, labels = outputs.noun(prediction.problem_type), prediction.labels
    if st.session_state.get(CLASS, VERDICT) not in (VERDICT, *labels):
        st.html(markup.note(f"There is no {noun} '{st.session_state[CLASS]}' here; this is the first one."))
        st.session_state[CLASS] = VERDICT
    if not offered or len(labels) == 1:
        return str(st.session_state.get(CLASS, VERDICT))
    # The first has the same words for every text, sure or not: a browser keeps what it shows.
    titles = {VERDICT: f"Explain: {outputs.first_of(prediction)}"}
    shown = {r.label: words.stated(r.probability, r.logit) for r in prediction.ranked}
    titles |= {label: f"{readable(label, labels)} · {value}" for label, value in shown.items()}
    with st.container(key="question_class"):
        chosen = st.selectbox(
            noun.capitalize(),
            list(titles),
            format_func=lambda c: titles.get(c, c),
            key=CLASS,
            persist_state="session",
            label_visibility="collapsed",
        )
    return chosen or VERDICT


def choose_unit(*, offered: bool) -> str:
    """Words or tokens."""
    if st.session_state.get(BY) not in (WORDS, TOKENS):
        st.session_state[BY] = WORDS
    if not offered:
        return str(st.session_state[BY])
    by = st.segmented_control(
        "Shown by",
        (WORDS, TOKENS),
        format_func=str.capitalize,
        key=BY,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    return by or WORDS


def verdict(reading: Reading, name: str, *, earlier: bool) -> None:
    """The verdict, with how sure it is and who gives it; `earlier`: of the text before the one asked."""
    st.html(verdict_line.line(reading.prediction, name, earlier=earlier), width="content")
