"""Classes: which of them are told well on a dataset, and which are taken for one another."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.results import Selection
from core.results.classes import ClassReport
from core.results.dataset_evaluation import DatasetEvaluation
from core.words import classes as words
from pages.ui import details, markup, task_progress
from pages.ui.services import datasets
from pages.views import classes as view
from pages.views import evaluated


def draw(result: DatasetEvaluation, report: ClassReport) -> None:
    """The sentence, the matrix beside the table, the rows of what is chosen."""
    view.summary(report)
    view.pictures(report)
    view.rows(result, report)
    details.how(*words.ABOUT)


def panel(selection: Selection) -> None:
    """From the answers to the report."""
    result = evaluated.labelled(selection)
    if result is None:
        return
    report = task_progress.result(datasets().classes(result), "classes", "Classes")
    if report is not None:
        draw(result, report)


opened = evaluated.opened("Classes", "Which does it get wrong, and what are they taken for?", view.KEYS, view.MOST)
if opened is not None:
    try:
        panel(opened[0])
    except AppError as error:
        st.html(markup.problem(error))
    evaluated.keep(view.KEYS)
