"""Test rows beside training rows: one row with its nearest and most influential ones, and what differs over all."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.results.dataset_evaluation import DatasetEvaluation
from core.results.training_rows import TrainingRows
from core.words import training_rows as words
from core.words.numbers import percentage
from pages.ui import markup, tables
from pages.views import dataset_rows, influence, row_cells, training_file

SHOW, ROW = "evaluation.of", "evaluation.row"
#: What of this page stands in the URL.
KEYS = {**training_file.KEYS, "of": SHOW, "row": ROW}
MOST = {"row": 10**9}
#: Rows in a table at most.
LISTED = 500


def summary(report: TrainingRows) -> None:
    """The sentence on overlap, and what it leaves out."""
    st.html(markup.lead(words.lead(report)))
    if said := words.basis(report):
        st.html(markup.note(said))


def rows(result: DatasetEvaluation, report: TrainingRows) -> int | None:
    """A table of test rows, by choice; gives the place of the one that is chosen, of the first where none is."""
    places = _listed(result, report)
    if not len(places):
        st.html(markup.note("There is no such row."))
        return None
    asked = str(st.session_state.get(ROW) or "")
    known = np.flatnonzero(result.rows == (int(asked) if asked.isdigit() else 0) - 1)
    chosen = int(known[0]) if len(known) else int(places[0])
    st.session_state[ROW] = int(result.rows[chosen]) + 1
    _table(result, report, places[:LISTED])
    if len(places) > LISTED:
        st.html(markup.note(f"The first {LISTED:,} of {len(places):,}."))
    return chosen


def overlap(result: DatasetEvaluation, training: DatasetEvaluation, report: TrainingRows) -> None:
    """Test rows that stand in the training file, each with its training row."""
    found = report.overlap
    places = np.flatnonzero(found.match >= 0)
    if not len(places):
        st.html(markup.note("There is no such row."))
        return
    places = places[np.argsort(-found.jaccard[places], kind="stable")][:LISTED]
    named = row_cells.named(result.classes)
    other = found.match[places]
    shown = [
        {
            "Row": int(result.rows[i]) + 1,
            "Text": text,
            "Label": named[int(result.actual[i])],
            "Verdict": named[int(result.predicted[i])],
            "In the training file": words.kind(found, int(i)),
            "Training row": int(training.rows[j]) + 1,
            "Its text": trained,
            "Its label": named[int(training.actual[j])],
        }
        for i, j, text, trained in zip(
            places, other, row_cells.texts(result, places), row_cells.texts(training, other), strict=True
        )
    ]
    influence.drawn(shown, {}, "Test rows that stand in the training file", "training_rows.overlap")


def shift(report: TrainingRows) -> None:
    """Lengths, words and labels."""
    for said in words.shifts(report.shift, report.classes):
        st.html(markup.note(said))


def mixing(report: TrainingRows) -> None:
    """Every class with training rows, those first that lie most among others."""
    st.html(markup.note(words.mixing(report)))
    shown = [words.of_class(found, report.classes) for found in report.mixing]
    forms = {"Nearest of another class": percentage, "Of that class": percentage}
    influence.drawn(shown, forms, "Classes by how far their training rows lie among others", "training_rows.mixing")


def outside(report: TrainingRows) -> None:
    """Whether the distance to the training rows tells rows of no class."""
    if report.detection is not None:
        st.html(markup.note(words.detection(report.detection)))


def _listed(result: DatasetEvaluation, report: TrainingRows) -> NDArray[np.int64]:
    """Places of the test rows that are asked for, in their order."""
    if st.session_state.get(SHOW) not in words.SHOWN:
        st.session_state[SHOW] = "wrong" if result.wrong.any() else "all"
    shown = st.segmented_control(
        "Test rows",
        list(words.SHOWN),
        format_func=words.SHOWN.__getitem__,
        key=SHOW,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({ROW: None}),
    )
    if shown == "unlike":
        return np.argsort(np.nan_to_num(report.similarity[:, 0], nan=-2.0), kind="stable")
    places = np.flatnonzero(result.wrong) if shown == "wrong" else np.arange(len(result.rows))
    return places[np.argsort(-dataset_rows.sureness(result, places), kind="stable")] if shown == "wrong" else places


def _table(result: DatasetEvaluation, report: TrainingRows, places: NDArray[np.int64]) -> None:
    named, key = row_cells.named(result.classes), f"training_rows.rows.{st.session_state[SHOW]}"

    def clicked() -> None:
        picked = st.session_state[key].selection.rows
        st.session_state[ROW] = int(result.rows[places[picked[0]]]) + 1 if picked else None

    shown = [
        {
            "Row": int(result.rows[i]) + 1,
            "Text": text,
            "Label": named[int(result.actual[i])],
            "Verdict": named[int(result.predicted[i])],
            "Probability": percentage(float(result.probability[i]), tables.ABSENT),
            "Nearest cosine": float(report.similarity[i, 0]),
            "In the training file": words.kind(report.overlap, int(i)),
        }
        for i, text in zip(places, row_cells.texts(result, places), strict=True)
    ]
    influence.drawn(
        shown,
        {"Nearest cosine": influence.cosine},
        "Test rows",
        key,
        on_select=clicked,
        selection_mode="single-row",
    )
