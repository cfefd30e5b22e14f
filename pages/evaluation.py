"""Evaluate: a whole dataset. Bring it, run it, read how good the model is and which rows it gets wrong."""

from __future__ import annotations

import streamlit as st

from core.results import LoadedModel, Selection
from core.results.dataset_evaluation import DatasetEvaluation
from pages.ui import details, markup
from pages.views import (
    dataset,
    dataset_rows,
    evaluated,
    evaluation_report,
    label_set_evaluation,
    row_choice,
    value_evaluation,
)
from pages.views import evaluation as view

_REJECT = "evaluation.reject"
_KEYS = {"show": dataset_rows.SHOW, "pair": dataset_rows.PAIR, "from": dataset_rows.START, "reject": _REJECT}
_KEYS |= row_choice.KEYS | {"output": value_evaluation.OUTPUT}
_MOST = {"from": 10**9, "reject": 100}


def draw(result: DatasetEvaluation) -> None:
    """The sentence, the outcomes beside what is confused, the rows; on request every figure."""
    view.summary(result)
    if result.figures:
        view.pictures(result, _REJECT, lambda pair: dataset_rows.look_at(result, pair))
        details.part("Every figure with its interval", "figures", lambda: view.figures(result))
        details.part("Report and model card", "report", lambda: evaluation_report.draw(result))
    st.html(markup.section("Rows"))
    dataset_rows.draw(result)


def panel(selection: Selection, model: LoadedModel) -> None:
    """From the file to the rows."""
    summary = dataset.opened(st.session_state.get(evaluated.DATA), evaluated.use, selection)
    if summary is None:
        return
    values = model.problem_type == evaluated.VALUES
    request = dataset.choose_columns(summary, evaluated.use, values=values)
    if values:
        dataset.brought(summary)
    elif asked := dataset.described(summary, request, selection, sets=model.problem_type == evaluated.LABEL_SETS):
        details.part("Labels without a class", "labels", lambda: dataset.labels(summary.id, asked, model.labels))
    details.part("First rows of the file", "preview", lambda: dataset.preview(summary))
    match model.problem_type:
        case evaluated.LABEL_SETS:
            label_set_evaluation.panel(selection, request)
        case evaluated.VALUES:
            value_evaluation.panel(selection, request)
        case _ if (result := evaluated.evaluated(selection, request)) is not None:
            draw(result)


evaluated.page(
    "Evaluate",
    "How good is it on a whole dataset, and where does it fail?",
    _KEYS,
    _MOST,
    panel,
    (evaluated.ONE_CLASS, evaluated.LABEL_SETS, evaluated.VALUES),
)
