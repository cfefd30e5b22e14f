"""What a page keeps in the URL, so that a link shows a colleague the same, and a reload loses nothing."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

_WRITTEN = "headlight.url."


def asked(owner: str, keys: Iterable[str]) -> dict[str, str]:
    """What the URL asks for under these keys, unless this session has written just that itself.

    Streamlit clears the parameters when the page changes: an empty URL asks for nothing.
    """
    params = {key: st.query_params[key] for key in keys if key in st.query_params}
    return {} if params == st.session_state.get(_WRITTEN + owner) else params


def write(owner: str, params: dict[str, str | None]) -> None:
    """Put these into the URL; what is None leaves it."""
    kept = {key: value for key, value in params.items() if value is not None}
    if any(st.query_params.get(key) != value for key, value in kept.items()):
        st.query_params.update(kept)
    for key in params.keys() - kept.keys():
        if key in st.query_params:
            del st.query_params[key]
    st.session_state[_WRITTEN + owner] = kept
