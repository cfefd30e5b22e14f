"""Small tables of results: numbers at three significant digits, sortable, with words for a screen reader.

A table's own toolbar writes its cells as CSV, so cells hold text guarded as in every other file of ours, and show
it as it is. They hold the ids of classes and show their names; shares of 1 are shown in percent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data.export import guarded, unguarded
from core.words.class_names import readable
from core.words.numbers import percentage, points, signed, three_digits
from pages.ui import screen

if TYPE_CHECKING:
    from pandas import DataFrame, Series
    from pandas.io.formats.style import Styler


#: A cell of which nothing is known.
ABSENT = "–"
#: Cells of a table that are written one by one.
MOST_CELLS = 20_000
#: Pixels: a row of one line, each line more, a letter, and what a table has besides its rows.
_ROW, _LINE, _LETTER, _EDGE = 35, 18, 7, 3
#: Pixels of a column of texts in a window of medium width.
_MEDIUM = 240
#: Lines of a text that a row shows on a phone.
_LINES = 5
#: Pixels of the columns that a phone shows, by their number: with the boxes of the rows as wide as its screen.
_ON_A_PHONE = {1: (300,), 2: (190, 120), 3: (130, 90, 90)}


def shown(value: object) -> str:
    """A cell: floats at three significant digits, a dash where there is no number, counts in full, text as it is."""
    if isinstance(value, float):
        return three_digits(value) if value == value else ABSENT
    if isinstance(value, Integral):
        return f"{int(value):,}"
    return unguarded(str(value))


def _share(cell: float) -> str:
    return percentage(cell, absent=ABSENT)


#: How a cell is written.
Form = Callable[[Any], str]


@dataclass(frozen=True)
class Column:
    """How the cells of a column are shown, what stands above it, and what that says when it is hovered."""

    form: Form = shown
    title: str | None = None
    help: str | None = None


def classes(labels: Sequence[str]) -> Column:
    """A column of classes, or of verdicts, of a model with these labels."""
    named = [label for label in labels if readable(label, labels) != label]
    example = f", as {named[0]}" if named else ""
    message = f"The file of this table has the ids of classes{example}." if named else None
    return Column(lambda cell: readable(unguarded(str(cell)), labels), help=message)


def shares_of(label: str, labels: Sequence[str]) -> Column:
    """A column of one class's probabilities; its id is its head in the file."""
    return Column(_share, readable(label, labels), label)


#: Shares of 1 in percent; differences of percentages.
SHARE, POINTS = Column(_share), Column(lambda change: points(change / 100))
#: A change in three significant digits, with its sign.
CHANGE = Column(signed)


def guarded_frame(frame: DataFrame) -> DataFrame:
    """The same table, with no text that a spreadsheet would run; itself where there is none."""
    cells = {name: frame[name].map(_guarded) for name in frame.columns if frame[name].map(_is_text).any()}
    changed = {name: column for name, column in cells.items() if not column.equals(frame[name])}
    return frame.assign(**changed) if changed else frame


def without_formulas(frame: DataFrame) -> DataFrame | Styler:
    """`guarded_frame`, showing each text as it was; the frame itself where nothing needs a guard."""
    cells = guarded_frame(frame)
    if cells is frame:
        return frame
    return cells.style.format({name: shown for name in cells.columns if not cells[name].equals(frame[name])})


def in_three_digits(frame: DataFrame) -> DataFrame | Styler:
    """A table of many tensors, guarded; of very many as it is, for each cell's words take time."""
    if frame.size > MOST_CELLS:
        return without_formulas(frame)
    return guarded_frame(frame).style.format(shown, na_rep=ABSENT)


def table(
    rows: Sequence[Mapping[str, Any]], alt: str, key: str, columns: Mapping[str, Column] = MappingProxyType({})
) -> None:
    """One row a mapping, columns in the order of its keys; floats at three significant digits but where `columns` say.

    Those that no row has are left out.
    """
    import pandas as pd  # with the first table, not when the server starts

    frame = guarded_frame(pd.DataFrame(list(rows)))
    known = {name: column for name, column in columns.items() if name in frame.columns}
    config = {name: st.column_config.Column(column.title, help=column.help) for name, column in known.items()}
    forms: dict[Any, str | Callable[[object], str] | None] = {
        name: known[name].form if name in known else shown for name in frame.columns
    }
    style = frame.style.format(forms)
    st.dataframe(style, hide_index=True, key=key, alt=alt, placeholder=ABSENT, column_config=config)


def of_rows(
    frame: DataFrame,
    alt: str,
    key: str,
    *,
    lead: Sequence[str],
    forms: Mapping[str, Form] | None = None,
    columns: Mapping[str, Any] = MappingProxyType({}),
    most: int = 10,
    **chosen: Any,
) -> Any:
    """A table that scrolls, `most` rows at once; gives what Streamlit gives for what is `chosen` in it.

    `forms`: how cells of a column are written; without any, all are shown as they are. On a phone the columns of `lead`
    come first, three at most, with their texts on as many lines as they need, up to five; the others are reached by
    scrolling.
    """
    cells = guarded_frame(frame)
    written = None if forms is None else cells.style.format(dict.fromkeys(frame, shown) | dict(forms), na_rep=ABSENT)
    config: dict[str, Any] = {
        "Row": st.column_config.NumberColumn(width=60),
        "Text": st.column_config.TextColumn(width="large"),
        **columns,
    }
    if screen.is_medium():
        wide = [name for name, column in config.items() if column.get("width") == "large"]
        config |= {name: {**config[name], "width": _MEDIUM} for name in wide}
    narrow, height = screen.is_narrow(), _ROW
    if narrow:
        widths = dict(zip(lead, _ON_A_PHONE[len(lead)], strict=True))
        config |= {name: {**config.get(name, {}), "width": width} for name, width in widths.items()}
        height += _LINE * (max(_lines(frame[name], width) for name, width in widths.items()) - 1)
        most = max(1, most * _ROW // height)
    return st.dataframe(
        without_formulas(frame) if written is None else written,
        hide_index=True,
        key=key,
        alt=alt,
        height=_ROW + min(most, len(frame)) * height + _EDGE,
        row_height=height if narrow else None,
        column_order=[*lead, *(str(name) for name in frame if name not in lead)] if narrow else None,
        column_config=config,
        **chosen,
    )


def _lines(cells: Series, width: int) -> int:
    """How many lines the longest text of a column takes, of so many pixels, up to what is shown."""
    longest = max((len(cell) for cell in cells if _is_text(cell)), default=0)
    return min(_LINES, max(1, -(-longest * _LETTER // width)))


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def _guarded(cell: object) -> object:
    return guarded(cell) if isinstance(cell, str) else cell
