"""Weights: statistics of every tensor of a candidate, an adapter, or any safetensors file, without loading it."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.figures import weights as figures
from core.results import WeightReport, WeightStats
from core.words import weights as words
from pages.ui import checkpoint_picker, details, frame, markup, task_progress, url_state
from pages.ui.services import checkpoints
from pages.views import weights as view

_KEYS = {**checkpoint_picker.KEYS, **{name: f"weights.{name}" for name in ("by", "scale", "tensor")}}


def restore() -> None:
    """Choices as the URL asks, or as they were, or the first; what is not there any more falls back to the first."""
    state = st.session_state
    for key, value in url_state.requested("weights", _KEYS).items():
        state[_KEYS[key]] = value
    checkpoint_picker.restore()
    known = {"by": words.STATISTICS, "scale": figures.SCALES}
    for key, values in known.items():
        if state.get(_KEYS[key]) not in values:
            state[_KEYS[key]] = next(iter(values))


def choose_tensor(report: WeightReport) -> WeightStats:
    """The tensor that the person looks at."""
    names = [t.name for t in report.tensors]
    if st.session_state.get(_KEYS["tensor"]) not in names:
        inside = (t.name for t in report.tensors if t.layer is not None and len(t.shape) > 1)
        st.session_state[_KEYS["tensor"]] = next(inside, names[0])
    picked = st.selectbox("Tensor", names, key=_KEYS["tensor"], persist_state="session")
    return report.tensors[names.index(picked or names[0])]


def choose_statistic() -> str:
    """The statistic that colours the map."""
    return st.selectbox(
        "Statistic",
        list(words.STATISTICS),
        format_func=words.STATISTICS.__getitem__,
        key=_KEYS["by"],
        persist_state="session",
    )


def draw(report: WeightReport) -> None:
    """What stands out, the map of layers beside one tensor; on request all of them."""
    view.summary(report)
    left, right = st.columns([6, 7], gap="large") if report.depth else (st.container(), st.container())
    with right:
        tensor = choose_tensor(report)
    with left:
        statistic = choose_statistic()
        if report.depth:
            view.layers(report, tensor, statistic, _KEYS["scale"], _KEYS["tensor"])
        if tensor.layer is not None:
            view.through_depth(report, tensor, statistic)
    with right:
        view.tensor(tensor)
    details.part("Every tensor, searched and sorted, and as files", "table", lambda: view.table(report))
    details.how(f"{words.cost(report)} {words.EXACT}")


frame.selection()
st.html(markup.title("Weights", "Statistics of every tensor, straight from the files."))
frame.section_links()
restore()
try:
    path = checkpoint_picker.pick_one()
    if path is not None:
        report = task_progress.result(checkpoints().statistics(path), "weights", "Weight statistics")
        if report is not None:
            draw(report)
except AppError as error:
    st.html(markup.problem(error))
url_state.write("weights", {key: str(st.session_state.get(state, "")) or None for key, state in _KEYS.items()})
