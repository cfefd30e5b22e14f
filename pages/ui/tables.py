"""Small tables of results: numbers at three significant digits, sortable, with words for a screen reader.

A table's own toolbar writes its cells as CSV, so cells hold text guarded as in every other file of ours, and show
it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.data.export import guarded, unguarded
from core.words.numbers import three_digits

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas.io.formats.style import Styler


#: A cell of which nothing is known.
ABSENT = "–"


def shown(value: object) -> str:
    """A cell: floats at three significant digits, the rest as it is."""
    return three_digits(value) if isinstance(value, float) else unguarded(str(value))


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


def table(rows: Sequence[Mapping[str, Any]], alt: str, key: str) -> None:
    """One row a mapping, columns in the order of its keys; floats at three significant digits."""
    import pandas as pd  # with the first table, not when the server starts

    frame = guarded_frame(pd.DataFrame(list(rows)))
    st.dataframe(frame.style.format(shown), hide_index=True, key=key, alt=alt, placeholder=ABSENT)


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def _guarded(cell: object) -> object:
    return guarded(cell) if isinstance(cell, str) else cell
