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


def square(figure: Figure, key: str, alt: str) -> None:
    """Draw one as high as it is wide, up to what a screen shows; the style knows the height."""
    with st.container(key=f"square-{key}"):
        st.plotly_chart(figure, height="stretch", theme=None, key=key, config=_CONFIG, alt=alt)


def clickable(figure: Figure, key: str, alt: str, on_click: Callable[[float, float], None]) -> None:
    """Draw one; `on_click` gets x and y of the mark that a person clicks, before the page runs again."""

    def on_select() -> None:
        points = st.session_state[key]["selection"]["points"]
        if points:  # none: the mark was clicked once more
            on_click(float(points[0]["x"]), float(points[0]["y"]))  # a place on an axis of categories is text

    st.plotly_chart(figure, theme=None, key=key, config=_CONFIG, alt=alt, on_select=on_select, selection_mode="points")
