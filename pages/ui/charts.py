"""Figures on a page, in the theme that the person has chosen."""

from __future__ import annotations

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
