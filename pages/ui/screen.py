"""How wide the window is in which a person looks at the app."""

from __future__ import annotations

import streamlit as st

#: The cookie in which a page tells its width, in CSS pixels, before it asks for anything (`server/connection.js`).
WIDTH = "headlight_width"
#: So wide at most, in CSS pixels, is what a phone shows upright, and what a tablet shows.
_PHONE, _TABLET = 640, 1200


def is_narrow() -> bool:
    """Whether the window was as narrow as a phone's when the page was opened; False where that is not known."""
    return _is_within(_PHONE)


def is_medium() -> bool:
    """Whether it was as narrow as a tablet's, or narrower."""
    return _is_within(_TABLET)


def _is_within(limit: int) -> bool:
    width = st.context.cookies.get(WIDTH, "")
    return width.isdecimal() and int(width) <= limit
