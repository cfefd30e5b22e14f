"""The switch of the chat template: shown where a tokenizer brings one, and part of what is chosen, as in the URL."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from core.results import ChatTemplate, Selection
from pages.ui.services import engine

#: Its name in the URL.
CHAT_TEMPLATE = "chat_template"
_CHOSEN, _SWITCH = "headlight.chat_templates", "headlight.chat_template"
_HELP = (
    "The tokenizer brings a chat template. A model that was trained on templated texts reads others badly, and the "
    "other way round. Switched on, each text is what a user says in it."
)


def chosen(candidate: str, adapter: str, requested: dict[str, str]) -> ChatTemplate | None:
    """What the URL asks for, else what was chosen before for this pair; None leaves it to the candidate."""
    choices: dict[tuple[str, str], ChatTemplate] = st.session_state.setdefault(_CHOSEN, {})
    if requested:
        choices.pop((candidate, adapter), None)
        for value in get_args(ChatTemplate):
            if requested.get(CHAT_TEMPLATE) == value:
                choices[candidate, adapter] = value
    return choices.get((candidate, adapter))


def switch(selection: Selection, adapter: str) -> None:
    """The switch, where it changes something; the whole page is drawn anew when it is moved.

    `adapter` is the adapter's name in the URL.
    """
    pairs = [m for m in engine().loaded() if (m.selection.candidate, m.selection.adapter) == _pair(selection)]
    if selection.chat_template is None and not any(model.chat_template for model in pairs):
        return
    own = next((model.chat_template for model in pairs if model.selection == selection), selection.chat_template)
    st.session_state[_SWITCH] = own == "user"
    st.toggle("Read texts in the chat template", key=_SWITCH, help=_HELP, on_change=_moved, args=(selection, adapter))
    if st.session_state[_CHOSEN].get((selection.candidate, adapter)) != selection.chat_template:
        st.rerun()  # all of the page, since it may be drawn in a part that is redrawn alone


def _pair(selection: Selection) -> tuple[str, str | None]:
    return selection.candidate, selection.adapter


def _moved(selection: Selection, adapter: str) -> None:
    st.session_state[_CHOSEN][selection.candidate, adapter] = "user" if st.session_state[_SWITCH] else "none"
