"""Texts to try: those of the chosen adapter, else of its candidate, as buttons; hard ones say so."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.results import CandidateSummary, Selection
from core.results.example import Example
from pages.ui import candidate_picker, markup

Examples = tuple[Example, ...]


def of(candidate: CandidateSummary, selection: Selection) -> Examples:
    """What is offered for a pair."""
    adapter = candidate_picker.adapter_of(candidate, selection)
    return (adapter.examples if adapter else ()) or candidate.examples


def named(examples: Examples, text: str) -> Example | None:
    """The example that a text is, if it is one."""
    return next((example for example in examples if example.text == text), None)


def buttons(examples: Examples, ask: Callable[[str], None]) -> None:
    """A button a text, which asks it."""
    with st.container(key="offered"):  # below the verdict on a phone, see the style
        if examples:
            st.html(markup.section("Or take an example"))
        with st.container(key="examples", gap="xsmall"):
            for i, example in enumerate(examples):
                label = f"{':gray[A hard one:] ' if example.hard else ''}{markup.plain(example.text)}"
                st.button(label, key=f"example-{i}", on_click=ask, args=(example.text,), width="stretch")
