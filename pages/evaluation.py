"""Evaluate: a whole dataset. Bring it, run it, read how good the model is and which rows it gets wrong."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import AppError
from core.results import LoadedModel, Selection
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import DatasetEvaluation
from core.words import dataset as words
from pages.ui import details, frame, loading, markup, task_progress, untrained_head, url_state
from pages.ui.services import datasets
from pages.views import dataset, dataset_rows
from pages.views import evaluation as view

_DATA, _REJECT = "evaluation.data", "evaluation.reject"
_KEYS = {
    "data": _DATA,
    "texts": dataset.TEXTS,
    "labels": dataset.LABELS,
    "show": dataset_rows.SHOW,
    "pair": dataset_rows.PAIR,
    "from": dataset_rows.START,
    "reject": _REJECT,
}


def use(chosen: str | None) -> None:
    """Another dataset, or none; runs before the page is drawn."""
    for key in _KEYS.values():
        st.session_state.pop(key, None)
    st.session_state[_DATA] = chosen


def restore() -> None:
    """What the URL asks for."""
    for key, value in url_state.requested("evaluation", _KEYS).items():
        number = key in ("reject", "from")
        if not number or value.isdigit():
            st.session_state[_KEYS[key]] = min(100, int(value)) if key == "reject" else value


def keep() -> None:
    """All choices into the URL."""
    values: dict[str, Any] = {key: st.session_state.get(state) for key, state in _KEYS.items()}
    url_state.write("evaluation", {key: str(value) if value else None for key, value in values.items()})


def evaluated(selection: Selection, request: DatasetRequest) -> DatasetEvaluation | None:
    """The result; or None, after a button that begins the run, or how far it is."""
    task = datasets().evaluate(selection, request)
    done, total = datasets().answered(selection, request)
    if task.state() is None and done < total:
        label = f"Go on: {done:,} of {words.count(total, 'row')} are answered" if done else ""
        label = label or f"Evaluate {words.count(total, 'row')}"
        st.button(label, type="primary", key="evaluation.begin", on_click=task.start)
        return None
    return task_progress.result(task, "evaluation", "Evaluation")


def draw(result: DatasetEvaluation) -> None:
    """The sentence, the outcomes beside what is confused, the rows; on request every figure."""
    view.summary(result)
    if result.figures:
        view.pictures(result, _REJECT, lambda pair: dataset_rows.look_at(result, pair))
        details.part("Every figure with its interval", "figures", lambda: view.figures(result))
    st.html(markup.section("Rows"))
    dataset_rows.draw(result)


def panel(selection: Selection, model: LoadedModel) -> None:
    """From the file to the rows."""
    summary = dataset.opened(st.session_state.get(_DATA), use)
    if summary is None:
        return
    request = dataset.choose_columns(summary, use)
    if asked := dataset.described(summary, request, selection):
        details.part("Labels without a class", "labels", lambda: dataset.labels(summary.id, asked, model.labels))
    details.part("First rows of the file", "preview", lambda: dataset.preview(summary))
    result = evaluated(selection, request)
    if result is not None:
        draw(result)


selection, candidate = frame.selection()
st.html(markup.title("Evaluate", "How good is it on a whole dataset, and where does it fail?"))
restore()
model = loading.ready(selection, candidate)
if model is not None and frame.fits() and untrained_head.passes(selection, candidate, model):
    try:
        panel(selection, model)
    except AppError as error:
        st.html(markup.problem(error))
    keep()
