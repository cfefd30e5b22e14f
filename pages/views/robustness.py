"""Harmless changes of the texts of a dataset: a table of them, one of a person's own, and the texts of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.errors import AppError
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.robustness import Perturbation, Replacement, RobustnessReport, RobustnessTest
from core.services import Task
from core.words import robustness as words
from core.words.numbers import percentage, points
from pages.ui import markup, tables, task_progress
from pages.ui.services import datasets
from pages.views import dataset_rows, row_cells

CHOSEN, OLD, NEW = "evaluation.change", "evaluation.replace", "evaluation.by"
#: What of this page stands in the URL.
KEYS = {"change": CHOSEN, "replace": OLD, "by": NEW}
MOST: dict[str, int] = {}
#: Texts in the table at most: those whose answer moved most.
LISTED = 500
#: Of what is replaced, and by what, at most.
_SIGNS = 200


def begin(result: DatasetEvaluation, task: Task[RobustnessReport]) -> None:
    """A button that begins the work: every text is asked several times."""
    st.button(words.begin(result), type="primary", key="robustness.begin", on_click=task.start)
    st.html(markup.note(words.BEFORE))


def summary(report: RobustnessReport) -> None:
    """The sentence, and on how many texts."""
    st.html(markup.lead(words.lead(report)))
    st.html(markup.note(words.basis(report)))


def own(result: DatasetEvaluation) -> RobustnessTest | None:
    """A replacement of a person's own; gives what it does, after saying it."""
    for key in (OLD, NEW):  # text where it comes from the URL, of any length
        st.session_state[key] = str(st.session_state.get(key) or "")[:_SIGNS]
    old, new = st.columns(2, gap="medium")
    with old:
        st.text_input("A change of your own: replace", key=OLD, placeholder="card", **_box())
    with new:
        st.text_input("by", key=NEW, placeholder="debit card", **_box())
    typed = Replacement(st.session_state[OLD].strip(), st.session_state[NEW].strip())
    if not typed.old or not typed.new:
        return None
    try:
        report = task_progress.result(datasets().robustness(result, typed), "robustness.own", "Replacement")
    except AppError as error:
        st.html(markup.problem(error))
        return None
    if report is None:
        return None
    (test,) = report.tests
    st.html(markup.note(words.own(test)))
    return test if test.count else None


def _box() -> dict[str, Any]:
    return {"persist_state": "session", "on_change": _choose, "args": (Perturbation.REPLACEMENT,), "max_chars": _SIGNS}


def table(tests: list[RobustnessTest]) -> None:
    """Every change that applies to a text; a click chooses its texts."""
    import pandas as pd

    frame = pd.DataFrame([words.row(test) for test in tests])
    if not any(test.without_label for test in tests):
        frame = frame.drop(columns="No label")
    forms: dict[Any, Any] = {words.SHARE: percentage, words.SHIFT: _in_points}
    key = "robustness.changes." + ".".join(test.perturbation for test in tests)

    def clicked() -> None:
        rows = st.session_state[key].selection.rows
        _choose(tests[rows[0]].perturbation if rows else None)

    tables.of_rows(
        frame,
        "Harmless changes with the share of answers that change",
        key,
        lead=("Change", words.SHARE),
        forms=forms,
        most=len(frame),
        on_select=clicked,
        selection_mode="single-row",
        columns={
            "Change": st.column_config.TextColumn(width=230),
            words.SHIFT: st.column_config.Column(
                help="Mean absolute change of the probability of the first verdict, in percentage points."
            ),
        },
    )


def rows(result: DatasetEvaluation, tests: list[RobustnessTest]) -> None:
    """The texts of the chosen change, of the first where none is: changed answers first, of them the largest shifts."""
    import pandas as pd

    chosen = st.session_state.get(CHOSEN)
    test = next((test for test in tests if test.perturbation == chosen), tests[0])
    shifts = test.shifts(result)
    order = np.lexsort((-np.abs(shifts), ~test.changed))[:LISTED]
    numbers = [int(row) for row in result.rows[test.places[order]]]
    texts = row_cells.texts(result, test.places[order])
    st.html(markup.section(words.heading(test)))
    frame = pd.DataFrame([_row(result, test, int(i), text) for i, text in zip(order, texts, strict=True)])
    forms: dict[Any, Any] = dict.fromkeys(("P before", "P now", "P after"), _share)
    event = tables.of_rows(
        frame,
        "Texts before and after the change",
        f"robustness.rows.{test.perturbation}.{hash(test.replacement)}",
        lead=("Changed text", "Verdict before", "Verdict after"),
        forms=forms,
        most=11,
        on_select="rerun",
        selection_mode="single-row",
        columns={
            "Changed text": st.column_config.TextColumn(width="large"),
            "P before": st.column_config.Column(help="Probability of the verdict on the text as it is."),
            "P now": st.column_config.Column(help="Probability of that same class on the changed text."),
            "P after": st.column_config.Column(help="Probability of the verdict on the changed text."),
        },
    )
    if test.count > LISTED:
        st.html(markup.note(f"{LISTED:,} of {test.count:,}: changed answers first, then the largest shifts."))
    picked = [row for row in event.selection.rows if row < len(frame)]
    if picked:
        changed = test.texts[int(order[picked[0]])]
        shown = changed[:200].replace("  ", f" {markup.NO_BREAK}")  # HTML shows one space of several
        st.html(markup.note(f"Row {numbers[picked[0]] + 1:,}, changed: {shown}"))
        dataset_rows.ways_on(texts[picked[0]], numbers[picked[0]], changed)


def _row(result: DatasetEvaluation, test: RobustnessTest, i: int, text: str) -> dict[str, object]:
    place, named = test.places[i], row_cells.named(result.classes)
    actual, before, after = int(result.actual[place]), int(result.predicted[place]), int(test.predicted[i])
    return {
        "Row": int(result.rows[place]) + 1,
        "Changed text": test.texts[i],
        "Verdict before": named[before],
        "P before": float(result.probability[place]),
        "P now": float(test.kept[i]),
        "Verdict after": named[after],
        "P after": float(test.probability[i]),
        "Label": named[actual],
        "Becomes": words.kind(actual, before, after),
        "Text": text,
    }


def _choose(perturbation: Perturbation | None) -> None:
    """Look at the texts of a change; runs before the page is drawn."""
    st.session_state[CHOSEN] = None if perturbation is None else perturbation.value


def _share(probability: float) -> str:
    return percentage(probability, tables.ABSENT)


def _in_points(shift: float) -> str:
    return points(shift).replace("+", "")
