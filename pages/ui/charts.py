"""Figures on a page, in the theme that the person has chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import streamlit as st

if TYPE_CHECKING:
    from core.figures.style import Figure

_CONFIG = {"displayModeBar": False, "scrollZoom": False}


def theme() -> Literal["light", "dark"]:
    """The theme of this browser now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def chart(figure: Figure, key: str, alt: str) -> None:
    """Draw one; `alt` says in words what it shows."""
    st.plotly_chart(figure, theme=None, key=key, config=_CONFIG, alt=alt)


def clickable(figure: Figure, key: str, alt: str, clicked: Callable[[float, float], None]) -> None:
    """Draw one; `clicked` gets x and y of the mark that a person clicks, before the page runs again."""

    def told() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points:  # none: the mark was clicked once more
            clicked(points[0]["x"], points[0]["y"])

    st.plotly_chart(figure, theme=None, key=key, config=_CONFIG, alt=alt, on_select=told, selection_mode="points")
