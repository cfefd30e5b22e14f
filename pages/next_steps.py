"""Next steps: what to do with a dataset and a model, the marks of its rows, and whether corrected labels would help."""

from __future__ import annotations

import streamlit as st

from core.results import LoadedModel, Selection
from core.results.dataset_evaluation import DatasetEvaluation
from core.words import corrections as words
from core.words.next_steps import steps
from pages.ui import details, markup, task_progress
from pages.ui.services import corrections, datasets
from pages.views import calibration, evaluated, head_refit, label_errors, slices
from pages.views import corrections as marked
from pages.views import next_steps as view


def draw(result: DatasetEvaluation) -> None:
    """From what was found to what is marked."""
    labels = task_progress.result(
        datasets().label_errors(result, refit=label_errors.choose()), "label_errors", "Label errors"
    )
    if labels is None:
        return
    checks = task_progress.result(datasets().data_checks(result), "data_checks", "About the data")
    if checks is None:
        return
    weak = task_progress.result(datasets().slices(result, slices.least()), "slices", "Slices")
    if weak is None:
        return
    robust, marks = datasets().robustness(result).state(), [c.row for c in corrections().of(result.dataset.id)]
    probabilities = calibration.report(result, calibration.options())
    view.draw(steps(result, labels, checks, weak, probabilities, robust.result if robust else None, marks))
    view.first_rows(result, labels, marks)
    st.html(markup.section("Marked rows"))
    marked.listed(result)
    if marks:
        st.html(markup.section("Would it help?"))
        head_refit.panel(result)
    details.how(*words.ABOUT)


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers to the steps."""
    result = evaluated.labelled(selection)
    if result is not None:
        draw(result)


evaluated.page(
    "Next steps", "What should be done next, and would it help?", label_errors.KEYS, label_errors.MOST, panel
)
