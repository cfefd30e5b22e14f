"""Classes of a dataset: a table, the matrix of what is taken for what, and the rows of a cell or class."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core.figures import classes as figures
from core.results.classes import ClassReport
from core.results.dataset_evaluation import Confusion, DatasetEvaluation
from core.words import classes as words
from core.words.class_names import readable
from core.words.numbers import percentage, three_digits
from pages.ui import charts, markup, screen, tables
from pages.views import dataset_rows, evaluation

OF, AS = "evaluation.label_of", "evaluation.verdict_as"
#: What of this page stands in the URL.
KEYS = {"label": OF, "verdict": AS, "from": dataset_rows.START}
MOST = {"from": 10**9}


def summary(report: ClassReport) -> None:
    """The sentence, and what it leaves out."""
    st.html(markup.lead(words.lead(report)))
    if said := words.without_rows(report):
        st.html(markup.note(said))


def pictures(result: DatasetEvaluation, report: ClassReport) -> None:
    """The matrix, on a phone the pairs that it shows, and beside it every class; a click on either chooses rows."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        if screen.is_narrow():
            evaluation.confusions(result, lambda pair: _choose(report, *_of_pair(pair)))
        else:
            matrix(report)
    with right:
        st.html(markup.section("Every class, the worst first"))
        table(report)


def matrix(report: ClassReport) -> None:
    """Label down, verdict across; a click on a cell chooses its rows."""
    st.html(markup.section("What is taken for what"))
    st.html(markup.note(words.matrix(report)))
    charts.clickable(
        figures.confusions(report, charts.theme(), _cell(report)),
        "classes.matrix",
        "Rows whose verdict is not their label, by label and verdict",
        lambda x, y: _choose(report, report.order[round(y)], report.order[round(x)]),
    )


def table(report: ClassReport) -> None:
    """Every class with rows; a click chooses its rows that are wrong."""
    import pandas as pd

    found = words.worst_first(report)
    frame = pd.DataFrame([words.row(figure, report) for figure in found])
    forms: dict[Any, Any] = dict.fromkeys(words.SHARES, percentage) | dict.fromkeys(words.AREAS, three_digits)

    def clicked() -> None:
        rows = st.session_state["classes.table"].selection.rows
        _choose(report, report.names.index(found[rows[0]].name) if rows else None, None)

    tables.of_rows(
        frame,
        "Every class with its figures",
        "classes.table",
        lead=("Class", "Rows", "F1"),
        forms=forms,
        columns={"Class": st.column_config.TextColumn(width="medium")},
        most=14,
        on_select=clicked,
        selection_mode="single-row",
    )


def rows(result: DatasetEvaluation, report: ClassReport) -> None:
    """The rows of the chosen cell, or those of the chosen class that are wrong or wrongly given it."""
    names, of, given = report.names, st.session_state.get(OF), st.session_state.get(AS)
    if of not in names:
        return
    k = names.index(of)
    named = readable(of, names)
    if given in names:
        mask = (result.actual == k) & (result.predicted == names.index(given))
        said = f"Labelled '{named}', answered '{readable(given, names)}'"
    else:
        mask = result.wrong & ((result.actual == k) | (result.predicted == k))
        said = f"Wrong, and labelled or answered '{named}'"
    st.html(markup.section(said))
    places = np.flatnonzero(mask)
    order = np.argsort(-dataset_rows.sureness(result, places), kind="stable")
    dataset_rows.these(result, places[order])


def _cell(report: ClassReport) -> tuple[int, int] | None:
    of, given, names = st.session_state.get(OF), st.session_state.get(AS), report.names
    return (names.index(of), names.index(given)) if of in names and given in names else None


def _of_pair(pair: Confusion | None) -> tuple[int | None, int | None]:
    return (None, None) if pair is None else (pair.actual, pair.predicted)


def _choose(report: ClassReport, of: int | None, given: int | None) -> None:
    """Look at the rows of a class, of a cell, or of none; runs before the page is drawn."""
    named = [None if k is None else report.names[int(k)] for k in (of, given)]
    st.session_state.update({OF: named[0], AS: named[1], dataset_rows.START: 0})
