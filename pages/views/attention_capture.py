"""Attention for a page: what it takes is said before; little is captured at once, much after a click."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import AttentionCost, AttentionPart
from core.words.sizes import size
from pages.ui import markup, task_progress
from pages.ui.question import Question
from pages.ui.services import explainer

#: A capture that needs up to this many bytes does not ask.
LIGHT = 64 * 2**20
_AGREED = "attention.agreed"


def much(cost: AttentionCost) -> bool:
    """Whether a capture asks first, or cannot be made."""
    return cost.peak > LIGHT or not cost.fits


def captured(request: Question, cost: AttentionCost, part: AttentionPart, name: str) -> bool:
    """Whether `part` is there for the asking; False after drawing a refusal, a button, or how far it is."""
    if not much(cost):
        return True
    if not cost.fits:
        try:
            explainer().attention(request.selection, request.text, "overview")
        except AppError as error:
            st.html(markup.problem(error))
        return False
    agreed = (request.selection, request.text)
    if st.session_state.get(_AGREED) != agreed:
        st.button(
            f"Capture (needs {size(cost.peak)})", type="primary", key="attention.start", on_click=_agree, args=agreed
        )
        return False
    task = explainer().attention_task(request.selection, request.text, part)
    return task_progress.result(task, f"attention.{part}", name) is not None


def _agree(*agreed: object) -> None:
    st.session_state[_AGREED] = agreed
