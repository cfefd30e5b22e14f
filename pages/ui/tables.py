"""Small tables of results: numbers at three significant digits, sortable, with words for a screen reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.words.numbers import three_digits


def shown(value: object) -> str:
    """A cell: floats at three significant digits, the rest as it is."""
    return three_digits(value) if isinstance(value, float) else str(value)


def table(rows: Sequence[Mapping[str, Any]], alt: str, key: str) -> None:
    """One row a mapping, columns in the order of its keys; floats at three significant digits."""
    import pandas as pd  # with the first table, not when the server starts

    frame = pd.DataFrame(list(rows))
    st.dataframe(frame.style.format(shown), hide_index=True, key=key, alt=alt)
