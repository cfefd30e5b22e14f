"""What all pages of "Why this class?" ask: one text, one class, words or tokens. Shared by them, and in the URL."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.errors import AppError
from core.results import CandidateSummary, LoadedModel, Reading, Selection, Unit
from core.words import numbers
from core.words import verdict as words
from pages.ui import candidate_picker, frame, loading, markup, untrained_head, url_state
from pages.ui.services import explainer

#: The text that every page answers, Classify included.
ASKED = "headlight.text"
EXAMPLES = "headlight.examples"
WORDS, TOKENS = "words", "tokens"
#: Longer texts stay in the session: a browser's address line is no place for them.
LONGEST_IN_URL = 2000
_BOX, _CLASS, _BY = "why.text", "why.class", "why.by"
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
    def unit(self) -> str:
        """What one of the units is called."""
        return "word" if self.by == WORDS else "token"

    @property
    def units(self) -> tuple[Unit, ...]:
        """Words or tokens, as chosen."""
        return self.reading.words if self.by == WORDS else self.reading.pieces


def begin(examples: tuple[str, ...]) -> None:
    """Ask the first example until the person has asked something; never leave an example of another adapter."""
    text, last = st.session_state.get(ASKED), st.session_state.get(EXAMPLES, ())
    if examples and (text is None or (text in last and text not in examples)):
        st.session_state[ASKED] = examples[0]
    st.session_state[EXAMPLES] = examples


def ask(title: str, says: str) -> Question | None:
    """Head of the page, form, verdict; None after drawing what stands in the way. Every page begins with this call."""
    selection, candidate = frame.selection()
    st.html(markup.title(title, says))
    frame.section_links()
    model = loading.ready(selection, candidate)
    if model is None:
        return None
    adapter = candidate_picker.adapter_of(candidate, selection)
    begin((adapter.examples if adapter else ()) or candidate.examples)
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
    st.html(_verdict(reading))
    if reading.prediction.truncated:
        st.html(markup.warning(words.cut_off(reading.prediction)))
    text = reading.prediction.text
    chosen = st.session_state[_CLASS]
    url_state.write("why", {"text": text if len(text) <= LONGEST_IN_URL else None, "class": chosen or None, "by": by})
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
    if st.session_state.get(_CLASS, VERDICT) not in (VERDICT, *reading.prediction.labels):
        st.html(markup.note(f"There is no class '{st.session_state[_CLASS]}' here; this is the verdict."))
        st.session_state[_CLASS] = VERDICT
    if st.session_state.get(_BY) not in (WORDS, TOKENS):
        st.session_state[_BY] = WORDS
    top = ranked[0].label
    titles = {r.label: f"{r.label} · {numbers.three_digits(r.logit)}" for r in ranked}
    said = "random" if reading.prediction.untrained_head else "the verdict"
    titles = {VERDICT: f"{top} ({said})"} | titles
    chosen = st.selectbox(
        "Class", list(titles), format_func=lambda c: titles.get(c, c), key=_CLASS, persist_state="session"
    )
    by = st.segmented_control(
        "Shown by", (WORDS, TOKENS), format_func=str.capitalize, key=_BY, required=True, persist_state="session"
    )
    return chosen or top, by or WORDS


def _verdict(reading: Reading) -> str:
    """The verdict in one line."""
    prediction = reading.prediction
    if prediction.problem_type == "single_label_classification":
        number = numbers.percentage(prediction.top.probability)
    else:
        number = (
            ""
            if prediction.problem_type == "multi_label_classification"
            else numbers.three_digits(prediction.top.logit)
        )
    return (
        f'<p class="hl-verdict{markup.kind(prediction)}"><span>Verdict</span> '
        f"<strong>{markup.label(prediction.label)}</strong> <b>{markup.text(number)}</b>{markup.mark(prediction)}</p>"
    )
