"""The last search of a session, for one may take seconds and a page is drawn anew with each click."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from core.errors import AppError

Found = TypeVar("Found")


def found(key: str, asked: Hashable, look: Callable[[], Found]) -> Found | AppError:
    """What `look` finds, or why nothing is; that of before, kept under `key`, while the same is asked."""
    if st.session_state.get(key, (None, None))[0] != asked:
        try:
            st.session_state[key] = (asked, look())
        except AppError as error:
            st.session_state[key] = (asked, error)
    kept: Found | AppError = st.session_state[key][1]
    return kept
