"""The second half of a page, folded: parts that are computed and drawn once they are opened, and stand in the URL."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.ui import frame, markup, url_state

HOW, BEFORE = "How this was found", "How this is found"
_OWNER, _IN_URL = "details", "open"
#: Which parts of which page a person has opened: names, by the path of the page.
_OPEN = "details.open"


def part(label: str, name: str, draw: Callable[[], object]) -> None:
    """A folded part of this page, under its label; `draw` is called while it is open.

    `name` is its word in the URL: letters, digits and underscores.
    """
    opened = _opened()
    box = _box(name)
    if box not in st.session_state:  # an expander forgets when the page is left
        st.session_state[box] = name in opened
    with st.expander(label, key=box, on_change="rerun") as expander:
        opened.discard(name)
        if expander.open:
            opened.add(name)
        url_state.write(_OWNER, {_IN_URL: ",".join(sorted(opened)) or None})
        if expander.open:
            draw()


def how(*paragraphs: str, found: bool = True) -> None:
    """The folded part with the method, in words; `found`: something has come out."""

    def draw() -> None:
        for paragraph in paragraphs:
            st.html(markup.note(paragraph))

    part(HOW if found else BEFORE, "how", draw)


def unfold(name: str) -> None:
    """Open a part of this page, from a callback."""
    st.session_state[_box(name)] = True


def _opened() -> set[str]:
    """The parts of this page that are open, with those that a link asks for."""
    everywhere: dict[str, set[str]] = st.session_state.setdefault(_OPEN, {})
    opened = everywhere.setdefault(frame.here(), set())
    for name in url_state.requested(_OWNER, [_IN_URL]).get(_IN_URL, "").split(","):
        if name:
            opened.add(name)
            st.session_state[_box(name)] = True
    return opened


def _box(name: str) -> str:
    return f"details.{frame.here()}.{name}"
