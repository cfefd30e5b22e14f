"""What a page keeps in the URL, so that a link shows a colleague the same, and a reload loses nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable

import streamlit as st

_WRITTEN, _LEFT = "headlight.url.", "headlight.url.left."
#: Seconds within which a browser may still send an address that the session has replaced.
ECHO = 5.0


def requested(owner: str, keys: Iterable[str]) -> dict[str, str]:
    """What the URL asks for under these keys, unless this session has written just that itself.

    Streamlit clears the parameters when the page changes: an empty URL asks for nothing. And a click that was made
    before the browser had the latest address brings the one before it: that asks for nothing either.
    """
    params = {key: st.query_params[key] for key in keys if key in st.query_params}
    late = [old for old, _ in _left(owner)]
    return {} if params == st.session_state.get(_WRITTEN + owner) or params in late else params


def arrived() -> None:
    """The browser has come to another page, by a link, Back or Forward: what its URL asks for is no echo."""
    for key in [key for key in st.session_state if str(key).startswith((_WRITTEN, _LEFT))]:
        del st.session_state[key]


def write(owner: str, params: dict[str, str | None]) -> None:
    """Put these into the URL; what is None leaves it."""
    present = {key: value for key, value in params.items() if value is not None}
    if any(st.query_params.get(key) != value for key, value in present.items()):
        st.query_params.update(present)
    for key in params.keys() - present.keys():
        if key in st.query_params:
            del st.query_params[key]
    before = st.session_state.get(_WRITTEN + owner, present)
    if before != present:
        st.session_state[_LEFT + owner] = [*_left(owner), (before, time.monotonic())]
    st.session_state[_WRITTEN + owner] = present


def _left(owner: str) -> list[tuple[dict[str, str], float]]:
    """What this session replaced a moment ago, and when."""
    now = time.monotonic()
    return [(old, replaced) for old, replaced in st.session_state.get(_LEFT + owner, []) if now - replaced < ECHO]
