"""How wide the window is in which a person looks at the app."""

from __future__ import annotations

import streamlit as st

#: The cookie in which a page tells its width, in CSS pixels, before it asks for anything (`server/connection.js`).
WIDTH = "headlight_width"
#: So wide, in CSS pixels, is what a phone shows upright.
_PHONE = 640


def is_narrow() -> bool:
    """Whether the window was as narrow as a phone when the page was opened; a wide one where that is not known."""
    width = st.context.cookies.get(WIDTH, "")
    return width.isdecimal() and int(width) <= _PHONE
