"""What a page keeps in the URL, so that a link shows a colleague the same, and a reload loses nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable

import streamlit as st

_WRITTEN, _LEFT = "headlight.url.", "headlight.url.left."
#: Seconds within which a browser may still send an address that the session has replaced.
ECHO = 5.0


def asked(owner: str, keys: Iterable[str]) -> dict[str, str]:
    """What the URL asks for under these keys, unless this session has written just that itself.

    Streamlit clears the parameters when the page changes: an empty URL asks for nothing. And a click that was made
    before the browser had the latest address brings the one before it: that asks for nothing either.
    """
    params = {key: st.query_params[key] for key in keys if key in st.query_params}
    state, now = st.session_state, time.monotonic()
    late = [old for old, replaced in state.get(_LEFT + owner, []) if now - replaced < ECHO]
    return {} if params == state.get(_WRITTEN + owner) or params in late else params


def write(owner: str, params: dict[str, str | None]) -> None:
    """Put these into the URL; what is None leaves it."""
    kept = {key: value for key, value in params.items() if value is not None}
    if any(st.query_params.get(key) != value for key, value in kept.items()):
        st.query_params.update(kept)
    for key in params.keys() - kept.keys():
        if key in st.query_params:
            del st.query_params[key]
    state, now = st.session_state, time.monotonic()
    before = state.get(_WRITTEN + owner, kept)
    if before != kept:
        left = [(old, replaced) for old, replaced in state.get(_LEFT + owner, []) if now - replaced < ECHO]
        state[_LEFT + owner] = [*left, (before, now)]
    state[_WRITTEN + owner] = kept
