"""The rows that a model of several labels or of values answered: which, and one as the question of all pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.results.answered_rows import AnsweredRows
from pages.ui import markup
from pages.views import dataset_rows, row_cells, row_choice

#: Columns of several labels, which would be cut at the width of their heads.
_WIDE = {name: st.column_config.TextColumn(width="medium") for name in ("Labels", "Verdict", "Missed", "Too many")}
#: Places among the answered rows, in the order in which they are shown.
Places = NDArray[np.int64]


def draw(
    result: AnsweredRows, kinds: Mapping[str, tuple[str, Places]], cells: Callable[[Places], dict[str, Any]]
) -> None:
    """The choice of rows, a search, a table of them, and the ways on from one that is clicked.

    `kinds`: what may be looked at, by its word in the URL, with its name and its rows; the first is shown where nothing
    is chosen. `cells`: the table's columns besides row and text, by their heads.
    """
    st.html(markup.section("Rows"))
    places = row_choice.searched(result, kinds[_kind(kinds)][1], st.container())
    if not len(places):
        st.html(markup.note("There is no such row."))
        return
    start = dataset_rows.first(len(places))
    part = places[start : start + dataset_rows.PAGE]
    rows = result.rows[part]
    texts = row_cells.texts(result, part)
    picked = dataset_rows.table({"Row": rows + 1, "Text": list(texts), **cells(part)}, "single-row", **_WIDE)
    dataset_rows.turn(len(places), start)
    if picked:
        dataset_rows.ways_on(texts[picked[0]], int(rows[picked[0]]))


def worst_first(mask: NDArray[np.bool_], by: NDArray[Any]) -> Places:
    """Places of the mask, the largest first; those without a number are last."""
    places = np.flatnonzero(mask)
    return places[np.argsort(-by[places], kind="stable")]


def _kind(kinds: Mapping[str, tuple[str, Places]]) -> str:
    if st.session_state.get(dataset_rows.SHOW) not in kinds:
        st.session_state[dataset_rows.SHOW] = next((kind for kind in kinds if len(kinds[kind][1])), next(iter(kinds)))
    chosen = st.segmented_control(
        "Rows",
        list(kinds),
        format_func=lambda kind: f"{kinds[kind][0]} ({len(kinds[kind][1]):,})",
        key=dataset_rows.SHOW,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({dataset_rows.START: 0}),
    )
    return chosen or next(iter(kinds))
