"""Slices of a dataset: which are weak, a table of them by kind, one of a person's own, and the rows of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.errors import AppError
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.slices import Slice, SliceReport, TextMatch
from core.words import slices as words
from core.words.numbers import percentage, points
from pages.ui import kept_search, markup, tables
from pages.ui.services import datasets
from pages.views import dataset_rows

LEAST, MATCH, REGEX = "evaluation.least", "evaluation.match", "evaluation.regex"
KIND, CHOSEN = "evaluation.slice_kind", "evaluation.slice"
#: What of this page stands in the URL; whole numbers up to these.
KEYS = {"least": LEAST, "match": MATCH, "regex": REGEX, "kind": KIND, "slice": CHOSEN, "from": dataset_rows.START}
MOST = {"least": 200, "from": 10**9}
_FEWEST, DEFAULT = 5, 10
#: Slices in the table.
_SHOWN = 200
_ALL, _OWN = "all", "match"
#: The last search and what came out.
_FOUND = "slices.found"


def least() -> int:
    """Rows that a slice has at least."""
    st.session_state[LEAST] = max(_FEWEST, int(st.session_state.get(LEAST) or DEFAULT))
    return int(st.session_state[LEAST])


def summary(report: SliceReport, result: DatasetEvaluation) -> None:
    """The sentence, and what the slices are compared with."""
    st.html(markup.lead(words.lead(report, result.classes)))
    st.html(markup.note(words.basis(report)))


def choices(result: DatasetEvaluation) -> Slice | None:
    """How large a slice is at least, and one of a person's own; gives that, after drawing what it shows."""
    st.session_state[REGEX] = str(st.session_state.get(REGEX)) == "True"  # text where it comes from the URL
    size, search = st.columns([2, 3], gap="large")
    size.slider("Rows of a slice, at least", _FEWEST, MOST["least"], step=1, key=LEAST, persist_state="session")
    with search:
        st.text_input(
            "A slice of your own: texts that contain",
            key=MATCH,
            placeholder="refund",
            persist_state="session",
            on_change=lambda: _choose(_OWN if st.session_state[MATCH] else None),
        )
        st.checkbox(
            "It is a regular expression",
            key=REGEX,
            persist_state="session",
            help="Upper and lower case differ in one, unless it begins with (?i).",
        )
        typed = str(st.session_state.get(MATCH) or "").strip()
        return _matched(result, TextMatch(typed, bool(st.session_state[REGEX]))) if typed else None


def table(report: SliceReport, result: DatasetEvaluation) -> None:
    """The slices of a kind, or all that are tested; a click chooses its rows."""
    import pandas as pd

    kind = _kind(report)
    found = [s for s in report.slices if (s.kind == kind if kind != _ALL else s.p is not None)][:_SHOWN]
    if not found:
        return
    frame = pd.DataFrame([words.row(one, result.classes) for one in found])
    if not any(frame["Weak"]):
        frame = frame.drop(columns="Weak")
    forms: dict[Any, Any] = dict.fromkeys(words.SHARES, percentage)
    forms |= {"Difference (points)": points, "p adjusted": words.p_value}
    key = f"slices.table.{kind}.{report.least}"  # what was clicked is a row of this table alone

    def clicked() -> None:
        rows = st.session_state[key].selection.rows
        _choose(found[rows[0]].key if rows else None)

    tables.of_rows(
        frame,
        "Slices with their accuracy",
        key,
        lead=("Slice", "Rows", "Right"),
        forms=forms,
        columns={"Slice": st.column_config.TextColumn(width=330)},
        most=11,
        on_select=clicked,
        selection_mode="single-row",
    )


def rows(report: SliceReport, result: DatasetEvaluation, own: Slice | None) -> None:
    """The rows of the chosen slice: wrong ones first, of them the surest."""
    chosen = st.session_state.get(CHOSEN)
    found = own if chosen == _OWN else next((s for s in report.slices if s.key == chosen), None)
    if found is None or not found.count:
        return
    st.html(markup.section(words.heading(found, result.classes)))
    order = np.lexsort((-dataset_rows.sureness(result, found.places), result.right[found.places]))
    dataset_rows.these(result, found.places[order])


def _kind(report: SliceReport) -> str:
    """Which slices are shown."""
    there = {found.kind for found in report.slices}
    names = {_ALL: "All tested"} | {kind.value: name for kind, name in words.KINDS.items() if kind in there}
    if st.session_state.get(KIND) not in names:
        st.session_state[KIND] = _ALL
    chosen = st.segmented_control(
        "Slices by",
        list(names),
        format_func=names.__getitem__,
        key=KIND,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        on_change=_choose,
        args=(None,),
    )
    return chosen or _ALL


def _matched(result: DatasetEvaluation, match: TextMatch) -> Slice | None:
    asked = (result.selection, result.request, result.calibration, match)
    found = kept_search.found(_FOUND, asked, lambda: datasets().matching(result, match))
    if isinstance(found, AppError):
        st.html(markup.problem(found))
        return None
    st.html(markup.note(words.matched(found, result.classes)))
    if found.count and st.session_state.get(CHOSEN) != _OWN:
        st.button("Its rows", on_click=_choose, args=(_OWN,))
    return found


def _choose(key: str | None) -> None:
    """Look at the rows of a slice, or of none; runs before the page is drawn."""
    st.session_state.update({CHOSEN: key, dataset_rows.START: 0})
