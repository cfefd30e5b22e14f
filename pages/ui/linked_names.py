"""Names that a link asks for: followed where they are here, kept where they are not, until a person chooses another."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

#: What the last link names and nobody has found or replaced yet, by the key of the box that would hold it.
_LINK = "headlight.link"


def ask(requested: dict[str, str], keys: Iterable[str]) -> None:
    """A link has come: what it names goes before what the boxes of these keys hold."""
    st.session_state[_LINK] = dict(requested)
    st.session_state.update({key: None for key in keys if key in requested})


def asked(key: str) -> str | None:
    """What the link names under a key, as long as it is not here."""
    link: dict[str, str] = st.session_state.setdefault(_LINK, {})
    return link.get(key)


def named(key: str, names: list[str], *, strict: bool, chosen_too: bool = False) -> str:
    """What the link names, until the person chooses; else what was chosen before, else the first on offer.

    The box of the key holds it where it is among these names. `strict`: where it is not, nothing is put in its place;
    `chosen_too`: also not where it was chosen, and has gone since.
    """
    chosen: str | None = st.session_state.get(key)
    by_link = asked(key) if chosen is None else None
    name = by_link or chosen or names[0]
    if name not in names and not (strict and (by_link or chosen_too)):
        name = names[0]
    link: dict[str, str] = st.session_state[_LINK]
    link.pop(key, None)
    if name not in names:
        link[key] = name
    st.session_state[key] = name if name in names else None
    return name
