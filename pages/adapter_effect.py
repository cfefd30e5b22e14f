"""Adapter: with and without its update, at any scale of it, and which of its parts carry the decision."""

from __future__ import annotations

import re

import streamlit as st

from core.errors import AppError
from core.results import ScaleCurve
from pages.ui import details, markup, question, task_progress, url_state
from pages.ui.question import Question
from pages.ui.services import explainer
from pages.views import adapter_effect as view

SCALE = "adapter.scale"


def restore() -> None:
    """The scale that the URL asks for; 1 for what is no scale."""
    for value in url_state.requested("adapter", ["scale"]).values():
        details.unfold("scale")
        scale = float(value) if re.fullmatch(r"\d+(\.\d*)?", value) else 1.0
        st.session_state[SCALE] = min(round(scale, 2), view.LARGEST)
    st.session_state.setdefault(SCALE, 1.0)


@st.fragment
def any_scale(request: Question, curve: ScaleCurve) -> None:
    """The slider, the verdict at its scale, the curve."""
    scale = st.slider("Scale of the update", 0.0, view.LARGEST, step=0.01, key=SCALE, persist_state="session")
    url_state.write("adapter", {"scale": f"{scale:g}" if scale != 1 else None})
    result = explainer().at_scale(request.selection, request.text, scale)
    view.at_scale(request.label, scale, result, curve)


def draw(request: Question) -> None:
    """Off and on, and on request any scale and each part; or what this candidate would need."""
    try:
        off, on = (explainer().at_scale(request.selection, request.text, scale) for scale in (0, 1))
    except AppError as error:
        st.html(markup.problem(error))
        return
    view.off_and_on(request.label, off, on)
    restore()
    details.part("At any scale, from off to twice as much", "scale", lambda: scales(request))
    details.part("Which layers and modules carry it", "parts", lambda: parts(request))


def scales(request: Question) -> None:
    """The verdict at any scale, once the curve is there."""
    curve = task_progress.result(explainer().scale_curve(request.selection, request.text), "curve", "Trying scales")
    if curve is not None:
        any_scale(request, curve)
        view.flips(request.label, curve)


def parts(request: Question) -> None:
    """What each part carries, once all have been taken away."""
    task = explainer().ablation(request.selection, request.text)
    ablation = task_progress.result(task, "ablation", "Taking parts away")
    if ablation is not None:
        view.parts(request.label, ablation)


request = question.ask(
    "Adapter effect", "What the adapter changed: off and on, at any scale, part by part.", units=False
)
if request is not None:
    draw(request)
