"""Whose weights a page is about: the candidate's base, its adapter, or any folder or file. One choice for all pages."""

from __future__ import annotations

import streamlit as st

from pages.ui import frame, markup
from pages.ui.services import checkpoints

BASE, ADAPTER, OTHER = "base", "adapter", "other"
SOURCES = {BASE: "Base model", ADAPTER: "Adapter", OTHER: "A folder or file"}
#: What goes into the URL.
KEYS = {"of": "weights.of", "path": "weights.path"}


def restore() -> None:
    """A choice that is not there (any more) becomes the first."""
    if st.session_state.get(KEYS["of"]) not in SOURCES:
        st.session_state[KEYS["of"]] = BASE


def choose() -> str | None:
    """The path to read; None after saying what is missing.

    Raises:
        NotFoundError: weights that are not on this machine, or no adapter chosen.
    """
    selection, _ = frame.selection()
    of = st.segmented_control(
        "Weights of",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        key=KEYS["of"],
        required=True,
        persist_state="session",
    )
    if of == OTHER:
        path = st.text_input(
            "Folder or .safetensors file on the server",
            key=KEYS["path"],
            persist_state="session",
            placeholder="/models/my-checkpoint or org/name@revision",
        )
        if not path.strip():
            st.html(markup.note("Type where the checkpoint is: sharded or not, larger than memory or not."))
        return path.strip() or None
    return checkpoints().place(selection, adapter=of == ADAPTER)
