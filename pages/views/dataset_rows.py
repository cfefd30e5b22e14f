"""The rows of a dataset that a person asks for: which, in what order, and one of them as the question of all pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.results.dataset_evaluation import Confusion, DatasetEvaluation
from core.words.class_names import readable
from core.words.dataset import count
from pages.ui import markup, tables
from pages.ui.question_line import ASKED, OTHER
from pages.views import corrections, row_cells, row_choice
from pages.views.row_cells import Tags

#: Rows that are sent to the browser at once.
PAGE = 200
#: What a person may look at, by its word in the URL.
SHOWN = {
    "wrong": "Wrong",
    "sure": "Sure and wrong",
    "right": "Right",
    "unlabelled": "Without a class",
    "all": "All",
}
#: What a model said of a row: these columns a phone shows beside the text, the first two of them that there are.
_ANSWERS = ("Verdict", "A says", "B says", "Given", "Off by", "Off by (mean)")
SHOW, PAIR, START = "evaluation.show", "evaluation.pair", "evaluation.start"
_BETWEEN = ">"


def look_at(result: DatasetEvaluation, pair: Confusion | None) -> None:
    """Ask for the rows of a pair of classes, or for no pair; runs before the page is drawn."""
    names = () if pair is None else (result.classes[pair.actual], result.classes[pair.predicted])
    st.session_state.update({PAIR: _BETWEEN.join(names) or None, START: 0})


def draw(result: DatasetEvaluation) -> None:
    """The choice of rows, a table of them, and the ways on from one that is clicked."""
    places = chosen(result, *_choose(result))
    known = row_choice.tags(result)
    these(result, row_choice.narrowed(result, places, known), known=known)


#: The cells of a table's columns, by their heads: of places among the answered rows, and their texts.
Cells = Callable[[NDArray[np.int64], Sequence[str]], dict[str, Any]]


def these(
    result: DatasetEvaluation, places: NDArray[np.int64], cells: Cells | None = None, known: Tags | None = None
) -> None:
    """A table of these of the answered rows, marking them, and the ways on from one that is chosen.

    Its columns are label, verdict, probability, rank and tags (`known`, or what is known now), or what `cells` gives.
    """
    if not len(places):
        st.html(markup.note("There is no such row."))
        return
    start = first(len(places))
    part = places[start : start + PAGE]
    texts = row_cells.texts(result, part)
    made = row_cells.cells(result, part, known) if cells is None else cells(part, texts)
    if marks := corrections.marks(result.dataset.id, result.classes):
        made["To do"] = [marks.get(int(row), "") for row in result.rows[part]]
    picked = table({"Row": result.rows[part] + 1, "Text": list(texts), **made})
    turn(len(places), start)
    corrections.tell()
    if picked:
        corrections.offer(result, [int(part[i]) for i in picked])
    if len(picked) == 1:
        ways_on(texts[picked[0]], int(result.rows[part[picked[0]]]))


def chosen(result: DatasetEvaluation, shown: str, pair: tuple[int, int] | None) -> NDArray[np.int64]:
    """Places of the answered rows that are asked for: wrong ones with the surest first, right ones with the least sure.

    With a pair of classes, those whose label is the first and whose verdict is the second.
    """
    masks = {
        "wrong": result.wrong,
        "sure": result.wrong & result.kept(result.sure),
        "right": result.right,
        "unlabelled": ~result.labelled,
        "all": np.ones(len(result.rows), bool),
    }
    mask = masks[shown] if pair is None else (result.actual == pair[0]) & (result.predicted == pair[1])
    places = np.flatnonzero(mask)
    if shown == "all" and pair is None:
        return places
    surest = sureness(result, places)
    return places[np.argsort(surest if shown == "right" else -surest, kind="stable")]


def sureness(result: DatasetEvaluation, places: NDArray[np.int64]) -> NDArray[np.float32]:
    """The verdict's probability at these places, to sort by; -1 without a verdict."""
    return np.nan_to_num(result.probability[places], nan=-1.0)


def _choose(result: DatasetEvaluation) -> tuple[str, tuple[int, int] | None]:
    names = str(st.session_state.get(PAIR) or "").split(_BETWEEN)
    known = [result.classes.index(name) for name in names if name in result.classes]
    if len(known) == 2:
        actual, predicted = (readable(result.classes[i], result.classes) for i in known)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(markup.note(f"Rows labelled '{actual}' and answered '{predicted}'."))
            st.button("All pairs", on_click=look_at, args=(result, None))
        return "wrong", (known[0], known[1])
    if st.session_state.get(SHOW) not in SHOWN:
        st.session_state[SHOW] = "wrong" if result.figures else "all"
    shown = st.segmented_control(
        "Rows",
        list(SHOWN),
        format_func=SHOWN.__getitem__,
        key=SHOW,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        on_change=lambda: st.session_state.update({START: 0}),
    )
    return shown or "wrong", None


def first(total: int) -> int:
    """The first row of the part that is shown, of so many."""
    asked = str(st.session_state.get(START) or 0)
    start = int(asked) if asked.isdigit() and int(asked) < total else 0
    st.session_state[START] = start - start % PAGE
    return int(st.session_state[START])


def table(cells: dict[str, Any], mode: Literal["multi-row", "single-row"] = "multi-row", **more: Any) -> list[int]:
    """These rows, a cell of each a column, of which some have `more` to them; gives those that are chosen."""
    import pandas as pd

    frame = pd.DataFrame(cells)
    place = st.column_config.TextColumn(help="Of its class among all, by falling logit; 1 is right.")
    event = tables.of_rows(
        frame,
        "Rows of the dataset",
        "evaluation.rows",
        lead=("Text", *[name for name in _ANSWERS if name in frame][:2]),
        columns={"Place of the label": place, **more},
        most=14,
        on_select="rerun",
        selection_mode=mode,
    )
    return [row for row in event.selection.rows if row < len(frame)]


def turn(total: int, start: int) -> None:
    """Which of so many rows stand in the table, and the way to the others."""
    if total <= PAGE:
        st.html(markup.note(count(total, "row")))
        return

    def go(to: int) -> None:
        st.session_state[START] = to

    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(markup.note(f"{start + 1:,} to {min(total, start + PAGE):,} of {count(total, 'row')}"), width="content")
        st.button("Before", disabled=not start, on_click=go, args=(max(0, start - PAGE),))
        st.button("Next", disabled=start + PAGE >= total, on_click=go, args=(start + PAGE,))


def ways_on(text: str, row: int, other: str | None = None) -> None:
    """The row as the question of all pages, and the ways to two of them; with another text to *Two texts*, too."""
    st.session_state[ASKED] = text
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(markup.note(f"Row {row + 1:,}: {text[:200]}"), width="content")
        if other is not None:
            st.session_state[OTHER] = other
            st.page_link("pages/two_texts.py", label="Compare the two")
        st.page_link("pages/classify.py", label="Classify it")
        st.page_link(
            "pages/overview.py", label="Why this answer?", icon=":material/arrow_forward:", icon_position="right"
        )
