"""Labels that are likely wrong: a table, and of one row its nearest rows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.words import label_errors as words
from core.words.class_names import readable
from core.words.numbers import percentage
from pages.ui import markup, tables
from pages.views import corrections, dataset_rows, row_cells

TRAINED = "evaluation.trained_on"
#: What of this page stands in the URL.
KEYS = {"trained": TRAINED}
MOST: dict[str, int] = {}
#: Rows in the table at most: the likeliest.
LISTED = 500


def choose() -> bool:
    """Whether the model learnt from these rows."""
    st.session_state[TRAINED] = st.session_state.get(TRAINED) in (True, "True")
    return st.toggle(
        "The model was trained on these rows",
        key=TRAINED,
        persist_state="session",
        help="Then its own probabilities agree with every label; heads are refitted without the row in their place.",
    )


def summary(report: LabelErrorReport) -> None:
    """The sentence, and whose probabilities speak."""
    st.html(markup.lead(words.lead(report)))
    st.html(markup.note(words.basis(report)))


def rows(result: DatasetEvaluation, report: LabelErrorReport, most: int = LISTED) -> None:
    """The likeliest first; those that are chosen may be marked, of one the nearest rows are shown and the ways on."""
    import pandas as pd

    if not len(report.places):
        return
    numbers = [int(i) for i in result.rows[report.places[:most]]]
    texts = row_cells.texts(result, report.places[:most])
    marks = corrections.marks(result.dataset.id, report.classes)
    frame = pd.DataFrame([_row(result, report, i, text) for i, text in enumerate(texts)])
    if marks:
        frame["To do"] = [marks.get(row, "") for row in numbers]
    forms: dict[Any, Any] = {"P of label": percentage, "P of suggested": percentage}
    event = tables.of_rows(
        frame,
        "Rows whose label is likely wrong",
        f"label_errors.rows.{hash(tuple(numbers)):x}",  # what was chosen is a row of this list alone
        lead=("Text", "Label", "Suggested"),
        forms=forms,
        most=11,
        on_select="rerun",
        selection_mode="multi-row",
        columns={
            "P of label": st.column_config.Column(help="The model's probability of the label as it stands."),
            "Nearest: suggested / label": st.column_config.Column(
                help="Of the rows nearest by their pooled vectors: how many have the suggested label, how many this."
            ),
        },
    )
    if len(report.places) > most:
        st.html(markup.note(f"The {most:,} likeliest of {len(report.places):,}."))
    corrections.tell()
    picked = [row for row in event.selection.rows if row < len(texts)]
    if picked:
        corrections.offer(result, [int(report.places[i]) for i in picked], [int(report.suggested[i]) for i in picked])
    if len(picked) == 1:
        _neighbours(result, report, picked[0])
        dataset_rows.ways_on(texts[picked[0]], numbers[picked[0]])


def _row(result: DatasetEvaluation, report: LabelErrorReport, i: int, text: str) -> dict[str, object]:
    nearest = [int(result.actual[j]) for j in report.neighbours[i]]
    row: dict[str, object] = {
        "Row": int(result.rows[report.places[i]]) + 1,
        "Text": text,
        "Label": readable(report.classes[int(report.label[i])], report.classes),
        "Suggested": readable(report.classes[int(report.suggested[i])], report.classes),
        "P of label": float(report.of_label[i]),
        "P of suggested": float(report.of_suggested[i]),
    }
    return {**row, "Nearest: suggested / label": words.agreeing(report, i, nearest)} if nearest else row


def _neighbours(result: DatasetEvaluation, report: LabelErrorReport, i: int) -> None:
    """The rows that lie nearest to one."""
    places = report.neighbours[i]
    if not len(places):
        return
    texts = row_cells.texts(result, places)
    named = row_cells.named(report.classes)
    st.html(markup.section("The rows nearest to it"))
    shown = [
        {
            "Row": int(result.rows[place]) + 1,
            "Text": text,
            "Label": named[int(result.actual[place])],
            "Verdict": named[int(result.predicted[place])],
            "Cosine": float(cosine),
        }
        for place, text, cosine in zip(places, texts, report.similarity[i], strict=True)
    ]
    tables.table(shown, "The nearest rows", "label_errors.nearest")
