"""Warnings about the data itself, and the pairs of rows that they are about."""

from __future__ import annotations

import streamlit as st

from core.results.data_checks import DataChecks, RowPair
from core.results.dataset_evaluation import DatasetEvaluation
from core.words import data_checks as words
from pages.ui import markup, tables
from pages.ui.services import datasets

#: Pairs of rows in the table.
_MOST = 200


def draw(result: DatasetEvaluation, found: DataChecks) -> None:
    """A box a warning, what was not found in a line, and a table of pairs."""
    for said in words.warnings(found, result.classes):
        st.html(markup.warning(said))
    if said := words.nothing_found(found):
        st.html(markup.note(said))
    same = [RowPair(group[0], row, 1.0) for group in found.exact for row in group[1:]]
    pairs = list(dict.fromkeys([*found.conflicts, *same, *found.near]))[:_MOST]
    if not pairs:
        return
    st.html(markup.section("Rows that are alike"))
    column = result.request.text_column
    first, second = (datasets().cells(result.dataset.id, column, rows) for rows in _sides(pairs))
    rows = [
        {
            "Row": pair.first + 1,
            "Other row": pair.second + 1,
            "Why": words.kind(pair, found),
            "Alike": pair.jaccard,
            "Text": one,
            "Other text": two,
        }
        for pair, one, two in zip(pairs, first, second, strict=True)
    ]
    alike = tables.Column(tables.SHARE.form, help="Jaccard index: common runs of five signs, of all in the two.")
    tables.table(rows, "Pairs of rows that are alike", "slices.alike", columns={"Alike": alike})


def _sides(pairs: list[RowPair]) -> tuple[list[int], list[int]]:
    return [pair.first for pair in pairs], [pair.second for pair in pairs]
