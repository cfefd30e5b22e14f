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
    question_line,
    untrained_head,
    url_state,
)
from pages.ui.examples import Examples
from pages.ui.question_line import ASKED, WORDS
from pages.ui.services import explainer

EXAMPLES = "headlight.examples"
#: Longer texts stay in the session: a browser's address line is no place for them.
LONGEST_IN_URL = 2000
_TEXT_ALONE = "text"
_KEYS = {"text": ASKED, "class": question_line.CLASS, "by": question_line.BY}
_GOOD = "why.good"


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
        st.html(
            markup.note(f"No link: the text has more than {LONGEST_IN_URL:,} characters. A reload loses it."),
            width="content",
        )
    else:
        browser.copy_link()


def _for_url(text: str) -> str | None:
    return text if len(text) <= LONGEST_IN_URL else None


def ask(title: str, says: str, *, classes: bool = True, units: bool = True) -> Question | None:
    """Head of the page and its line of question and verdict; None after drawing what stands in the way.

    Every page begins with this call. `classes` and `units`: whether it speaks of one class, and by words or tokens;
    what it does not speak of is not on offer there, and kept for the pages that do.
    """
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
    line = question_line.line()
    with line:
        question_line.text()
    reading = _read(selection, st.session_state.get(ASKED))
    if reading is None:
        return None
    asked = reading.prediction.text
    earlier = asked != st.session_state.get(ASKED)
    with line:
        question_line.verdict(reading, candidate_picker.name_of(selection), earlier=earlier)
        chosen = question_line.choose_class(reading, offered=classes)
        by = question_line.choose_unit(offered=units)
        share(asked)
    browser.mark_unasked(question_line.BOX, None if earlier else asked, question_line.OPENER)
    if reading.prediction.truncated:
        st.html(markup.warning(words.cut_off(reading.prediction)))
    url_state.write("why", {"text": _for_url(asked), "class": chosen or None, "by": by})
    return Question(selection, candidate, model, reading, chosen or reading.prediction.ranked[0].label, by)


def _read(selection: Selection, text: str | None) -> Reading | None:
    """The reading of the text; of the last one that could be read, after the reason, when this one cannot."""
    good: tuple[Selection, str] | None = st.session_state.get(_GOOD)
    told = st.empty()  # whether used or not: what stands below keeps its place
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
