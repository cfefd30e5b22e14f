"""What all pages of "Why this answer?" ask: one text, one class, words or tokens. Shared by them, and in the URL."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.errors import AppError
from core.results import CandidateSummary, LoadedModel, Reading, Selection, Unit
from core.words import outputs
from core.words import verdict as words
from core.words.class_names import readable
from pages.ui import (
    browser,
    candidate_picker,
    examples,
    frame,
    loading,
    markup,
    untrained_head,
    url_state,
    verdict_line,
)
from pages.ui.examples import Examples
from pages.ui.services import explainer

#: The text that every page answers, Classify included.
ASKED = "headlight.text"
EXAMPLES = "headlight.examples"
WORDS, TOKENS = "words", "tokens"
#: Longer texts stay in the session: a browser's address line is no place for them.
LONGEST_IN_URL = 2000
_BOX, _CLASS, _BY = "why.text", "why.class", "why.by"
_TEXT_ALONE = "text"
_KEYS = {"text": ASKED, "class": _CLASS, "by": _BY}
_SHOWN = "why.shown"
_GOOD = "why.good"
VERDICT = ""


@dataclass(frozen=True)
class Question:
    """What is to be explained, after the person's choices. `label` is the class that pages speak of."""

    selection: Selection
    candidate: CandidateSummary
    model: LoadedModel
    reading: Reading
    label: str
    by: str

    @property
    def text(self) -> str:
        """The text as it was typed."""
        return self.reading.prediction.text

    @property
    def labels(self) -> tuple[str, ...]:
        """All classes of the model."""
        return self.reading.prediction.labels

    @property
    def named(self) -> str:
        """The class as a person reads it."""
        return readable(self.label, self.labels)

    @property
    def measure(self) -> str:
        """What the head gives for the class: its logit, or the value of a regression."""
        return outputs.measure(self.reading.prediction.problem_type)

    @property
    def unit(self) -> str:
        """What one of the units is called."""
        return "word" if self.by == WORDS else "token"

    @property
    def units(self) -> tuple[Unit, ...]:
        """Words or tokens, as chosen."""
        return self.reading.words if self.by == WORDS else self.reading.pieces


def begin(offered: Examples) -> None:
    """Ask the first example until the person has asked something; never leave an example of another adapter."""
    text, last = st.session_state.get(ASKED), st.session_state.get(EXAMPLES, ())
    texts = tuple(example.text for example in offered)
    if texts and (text is None or (text in last and text not in texts)):
        st.session_state[ASKED] = texts[0]
    st.session_state[EXAMPLES] = texts


def follow_link() -> None:
    """Ask the text that the URL brings, on a page that has no other part of the question in it."""
    if text := url_state.requested(_TEXT_ALONE, ["text"]).get("text"):
        st.session_state[ASKED] = text


def keep_link(text: str) -> None:
    """Put the text into the URL of such a page."""
    url_state.write(_TEXT_ALONE, {"text": _for_url(text)})


def share(text: str) -> None:
    """A button that copies the link to what is shown; for a text that is not in the URL, why there is none."""
    if _for_url(text) is None:
        st.html(markup.note(f"No link: the text has more than {LONGEST_IN_URL:,} characters."), width="content")
    else:
        browser.copy_link()


def _for_url(text: str) -> str | None:
    return text if len(text) <= LONGEST_IN_URL else None


def ask(title: str, says: str) -> Question | None:
    """Head of the page, form, verdict; None after drawing what stands in the way. Every page begins with this call."""
    selection, candidate = frame.selection()
    st.html(markup.title(title, says))
    frame.section_links()
    model = loading.ready(selection, candidate)
    if model is None:
        return None
    begin(examples.of(candidate, selection))
    for key, value in url_state.requested("why", _KEYS).items():
        st.session_state[_KEYS[key]] = value
    if not frame.fits() or not untrained_head.passes(selection, candidate, model):
        return None
    left, right = st.columns([8, 5], gap="large")
    with left:
        _form()
    reading = _read(selection, st.session_state.get(ASKED))
    if reading is None:
        return None
    with right:
        label, by = _choices(reading)
        share(reading.prediction.text)
    earlier = reading.prediction.text != st.session_state.get(ASKED)
    browser.mark_unasked(_BOX, None if earlier else reading.prediction.text)
    st.html(verdict_line.line(reading.prediction, candidate_picker.name_of(selection), earlier=earlier))
    if reading.prediction.truncated:
        st.html(markup.warning(words.cut_off(reading.prediction)))
    chosen, text = st.session_state[_CLASS], _for_url(reading.prediction.text)
    url_state.write("why", {"text": text, "class": chosen or None, "by": by})
    return Question(selection, candidate, model, reading, label, by)


def _submit() -> None:
    st.session_state[ASKED] = st.session_state[_BOX]


def _form() -> None:
    """The text and its button; what is typed stays when it cannot be answered."""
    text = st.session_state.get(ASKED, "")
    if st.session_state.get(_SHOWN) != text or _BOX not in st.session_state:
        st.session_state[_BOX] = st.session_state[_SHOWN] = text
    with st.form("why", border=False):
        st.text_area("Text", key=_BOX, height=96, placeholder="Type or paste a text", persist_state="session")
        st.form_submit_button("Explain", type="primary", on_click=_submit)


def _read(selection: Selection, text: str | None) -> Reading | None:
    """The reading of the text; of the last one that could be read, after the reason, when this one cannot."""
    good: tuple[Selection, str] | None = st.session_state.get(_GOOD)
    told = st.empty()  # whether used or not: the verdict below keeps its place
    if text is None:
        told.html(markup.note("Type a text: the explanation appears here."))
        return None
    try:
        reading = explainer().reading(selection, text)
        st.session_state[_GOOD] = (selection, text)
    except AppError as error:
        with told.container():
            st.html(markup.problem(error))
            if good is None or good == (selection, text) or good[0] != selection:
                return None
            st.html(markup.note("Below is still the text before it."))
        return explainer().reading(selection, good[1])
    return reading


def _choices(reading: Reading) -> tuple[str, str]:
    """The class and the unit. VERDICT stands for whatever the verdict is, also of the next text."""
    ranked = reading.prediction.ranked
    noun = outputs.noun(reading.prediction.problem_type)
    if st.session_state.get(_CLASS, VERDICT) not in (VERDICT, *reading.prediction.labels):
        st.html(markup.note(f"There is no {noun} '{st.session_state[_CLASS]}' here; this is the first one."))
        st.session_state[_CLASS] = VERDICT
    if st.session_state.get(_BY) not in (WORDS, TOKENS):
        st.session_state[_BY] = WORDS
    top, labels = ranked[0].label, reading.prediction.labels
    titles = {r.label: f"{readable(r.label, labels)} · {words.stated(r.probability, r.logit)}" for r in ranked}
    titles = {VERDICT: f"{readable(top, labels)} ({outputs.first_of(reading.prediction)})"} | titles
    chosen = st.selectbox(
        noun.capitalize(), list(titles), format_func=lambda c: titles.get(c, c), key=_CLASS, persist_state="session"
    )
    by = st.segmented_control(
        "Shown by", (WORDS, TOKENS), format_func=str.capitalize, key=_BY, required=True, persist_state="session"
    )
    return chosen or top, by or WORDS
