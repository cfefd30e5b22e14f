"""One test row beside training rows: those nearest to it, and those that a refitted head owes its answer to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.training_rows import TrainingRows
from core.words import influence as words
from core.words.numbers import percentage, signed, three_digits
from pages.ui import markup, tables, task_progress
from pages.ui.services import datasets
from pages.views import dataset_rows, row_cells


def nearest(result: DatasetEvaluation, training: DatasetEvaluation, report: TrainingRows, place: int) -> None:
    """The chosen test row, and the training rows that are nearest to it."""
    (text,) = row_cells.texts(result, [place])
    names = row_cells.named(result.classes)
    st.html(markup.section(f"Training rows nearest to row {int(result.rows[place]) + 1:,}"))
    dataset_rows.ways_on(text, int(result.rows[place]))
    near, label, verdict = report.neighbours[place], int(result.actual[place]), int(result.predicted[place])
    if verdict == NO_CLASS or not len(near):
        st.html(markup.note("The model gives this row no verdict: its numbers are not finite."))
        return
    labels = [result.classes[int(training.actual[i])] for i in near]
    of_label = None if label == NO_CLASS else result.classes[label]
    st.html(markup.note(words.agreeing(of_label, result.classes[verdict], labels, result.classes)))
    shown = [
        {
            "Row": int(training.rows[i]) + 1,
            "Text": said,
            "Label": names[int(training.actual[i])],
            "Cosine": float(cosine),
        }
        for i, said, cosine in zip(near, row_cells.texts(training, near), report.similarity[place], strict=True)
    ]
    drawn(shown, {"Cosine": three_digits}, "Training rows nearest to the test row", "training_rows.nearest", 800)


def influence(result: DatasetEvaluation, training: DatasetEvaluation, place: int) -> None:
    """The training rows that a refitted head owes this answer to, after a button: it takes seconds."""
    if result.predicted[place] == NO_CLASS:
        return
    st.html(markup.section("Training rows with the largest influence on this answer"))
    task = datasets().influence(result, training, place)
    if task.state() is None:
        st.html(markup.note(words.CAUTION))
        st.button(words.REFIT, key="training_rows.influence.begin", on_click=task.start)
        return
    report = task_progress.result(task, "training_rows.influence", "Influence")
    if report is None:
        return
    st.html(markup.note(words.influence(report, float(result.probability[place]), result.classes)))
    found = [*report.supporting, *report.opposing]
    if not found:
        st.html(markup.note(words.apart(report)))
        return
    said = row_cells.texts(training, [row.place for row in found])
    names = row_cells.named(result.classes)
    shown = [
        {
            "Row": int(training.rows[row.place]) + 1,
            "Text": text,
            "Label": names[int(training.actual[row.place])],
            **words.influential(row),
        }
        for row, text in zip(found, said, strict=True)
    ]
    forms = dict.fromkeys(("Estimate", "Refitted", "Difference"), signed) | {"Probability without it": percentage}
    drawn(shown, forms, "Training rows with the largest influence", "training_rows.influential", 440)
    st.html(markup.note(f"{words.apart(report)} {words.CAUTION}"))


def drawn(
    shown: Sequence[dict[str, object]], forms: dict[str, Any], alt: str, key: str, wide: int = 400, **more: Any
) -> None:
    """A table of rows, 11 at once, their text so many pixels wide."""
    import pandas as pd

    widths = {"Text": st.column_config.TextColumn(width=wide), "Class": st.column_config.TextColumn(width=260)}
    lead = [name for name in shown[0] if name != "Row"][:2]
    tables.of_rows(pd.DataFrame(list(shown)), alt, key, lead=lead, forms=forms, columns=widths, **more)


def cosine(value: float) -> str:
    """A cell; a dash of a row without a vector."""
    return three_digits(value) if value == value else tables.ABSENT
