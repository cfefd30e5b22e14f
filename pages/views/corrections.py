"""Marking rows of a dataset, the list of what is marked, and its ways out and in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.errors import AppError
from core.results.corrections import Action, Correction
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.words import corrections as words
from core.words.class_names import readable
from core.words.dataset import count
from pages.ui import markup, tables
from pages.ui.services import corrections, datasets

_ACTION, _CLASS, _NEW, _NOTE = "corrections.action", "corrections.class", "corrections.new", "corrections.note"
_OPEN = "corrections.open"
_FILE, _FAILED, _TAKEN = "corrections.file", "corrections.failed", "corrections.taken"
_DONE = "corrections.done"
_SUGGESTED = ""


def offer(result: DatasetEvaluation, places: Sequence[int], suggested: Sequence[int] = ()) -> None:
    """A button that marks these of the answered rows; `suggested` are the classes that they may be given, one each."""
    with st.popover(
        f"Mark {count(len(places), 'row')}", icon=":material/edit_note:", key=_OPEN, on_change="rerun", width="content"
    ):
        action = st.selectbox("What is to be done?", list(Action), format_func=words.ACTIONS.__getitem__, key=_ACTION)
        if action in (Action.RELABEL, Action.MERGE):
            given = action is Action.RELABEL and len(suggested)
            options = [*([_SUGGESTED] if given else []), *result.classes]
            if st.session_state.get(_CLASS) not in options:
                st.session_state[_CLASS] = options[0] if given else _most_given(result, places)
            st.selectbox("Class", options, format_func=lambda name: _class(name, result.classes), key=_CLASS)
        if action is Action.NEW_CLASS:
            st.text_input("Name of the new class", key=_NEW)
        st.text_input("Note", key=_NOTE, placeholder="Why, for who reads it later")
        st.button(
            "Mark", type="primary", key="corrections.mark", on_click=_mark, args=(result, list(places), list(suggested))
        )
        st.html(markup.note(words.SHARED))
        _failure()


def tell() -> None:
    """What the last click on that button has done, once."""
    if done := st.session_state.pop(_DONE, None):
        st.html(markup.note(done))


def marks(dataset: str, classes: Sequence[str]) -> dict[int, str]:
    """What stands in a table beside each row that is marked, by its number in the file."""
    return {c.row: words.mark(c, classes) for c in corrections().of(dataset)}


def listed(result: DatasetEvaluation) -> None:
    """What is marked: the table, taking marks off, saving the list, bringing one, the corrected dataset."""
    found = corrections().of(result.dataset.id)
    st.html(markup.note(words.marked(found)))
    if found:
        _table(result, found)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if found:
            _downloads(result)
        with st.popover("Bring a list", icon=":material/upload_file:", width="content"):
            st.file_uploader("A CSV that was saved here", type=["csv"], key=_FILE, on_change=_received, args=(result,))
            _failure()
    if taken := st.session_state.pop(_TAKEN, None):
        st.html(markup.note(taken))


def _table(result: DatasetEvaluation, found: Sequence[Correction]) -> None:
    import pandas as pd

    rows = [c.row for c in found]
    texts = datasets().cells(result.dataset.id, result.request.text_column, rows)
    frame = pd.DataFrame(
        {
            "Row": [row + 1 for row in rows],
            "Text": list(texts),
            "To do": [words.mark(c, result.classes) for c in found],
            "Note": [c.note for c in found],
        }
    )
    event = tables.of_rows(
        frame,
        "Marked rows",
        f"corrections.rows.{hash(tuple(found)):x}",  # what was chosen is a row of this list alone
        lead=("Text", "To do"),
        most=11,
        on_select="rerun",
        selection_mode="multi-row",
    )
    chosen = [rows[i] for i in event["selection"]["rows"] if i < len(rows)]
    if chosen:
        label = f"Take the mark off {count(len(chosen), 'row')}"
        st.button(label, key="corrections.clear", on_click=_clear, args=(result, chosen))


def _downloads(result: DatasetEvaluation) -> None:
    stem, request = result.dataset.name.rsplit(".", 1)[0], result.request
    st.download_button(
        "Save the list",
        lambda: corrections().listed(request),
        f"{stem}-corrections.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        help="Every marked row with an id that finds it again: for colleagues, and for the next version of the file.",
    )
    st.download_button(
        "Save the corrected dataset (JSON lines)",
        lambda: corrections().corrected(result.selection, request),
        f"{stem}-corrected.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        on_click="ignore",
        help="Labels as corrected, rows to be removed left out: a file that train takes.",
    )


def _class(name: str, classes: Sequence[str]) -> str:
    return readable(name, classes) if name else "As suggested, each its own"


def _most_given(result: DatasetEvaluation, places: Sequence[int]) -> str:
    """The class that the model gives most of these rows."""
    given = result.predicted[list(places)]
    given = given[given != NO_CLASS]
    return result.classes[int(np.bincount(given).argmax())] if len(given) else result.classes[0]


def _mark(result: DatasetEvaluation, places: Sequence[int], suggested: Sequence[int]) -> None:
    state = st.session_state
    action = state[_ACTION]
    name = state.get(_CLASS, "")
    chosen = {Action.RELABEL: name, Action.MERGE: name, Action.NEW_CLASS: state.get(_NEW, "")}.get(action, "")
    given = [result.classes[k] for k in suggested]
    names = given if action is Action.RELABEL and chosen == _SUGGESTED and given else [chosen] * len(places)
    made = [
        Correction(int(result.rows[place]), action, name, state.get(_NOTE, ""))
        for place, name in zip(places, names, strict=True)
    ]
    try:
        corrections().mark(result.dataset.id, made)
    except AppError as error:
        state[_FAILED] = error
    else:
        state.update({_NOTE: "", _OPEN: False, _DONE: words.done(action, len(made))})


def _clear(result: DatasetEvaluation, rows: Sequence[int]) -> None:
    corrections().clear(result.dataset.id, rows)


def _received(result: DatasetEvaluation) -> None:
    file = st.session_state.get(_FILE)
    if file is None:
        return
    try:
        st.session_state[_TAKEN] = words.imported(corrections().receive(result.request, file.getvalue()))
    except AppError as error:
        st.session_state[_FAILED] = error


def _failure() -> None:
    error: AppError | None = st.session_state.pop(_FAILED, None)
    if error is not None:
        st.html(markup.problem(error))
