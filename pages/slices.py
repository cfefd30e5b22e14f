"""Slices: on which parts of a dataset the model is weak, and what about the data may mislead."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.slices import SliceReport
from core.words import slices as words
from pages.ui import details, task_progress
from pages.ui.services import datasets
from pages.views import data_checks, evaluated
from pages.views import slices as view


def draw(result: DatasetEvaluation, report: SliceReport) -> None:
    """The sentence, the choices, the table, the rows of what is chosen; folded the data itself."""
    view.summary(report, result)
    own = view.choices(result)
    view.table(report, result)
    view.rows(report, result, own)
    details.part("About the data", "data", lambda: checks(result))
    details.how(*words.ABOUT)


def checks(result: DatasetEvaluation) -> None:
    """What about the data may mislead."""
    found = task_progress.result(datasets().data_checks(result), "data_checks", "About the data")
    if found is not None:
        data_checks.draw(result, found)


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers to the report."""
    result = evaluated.labelled(selection)
    if result is None:
        return
    report = task_progress.result(datasets().slices(result, view.least()), "slices", "Slices")
    if report is not None:
        draw(result, report)


evaluated.page("Slices", "On which parts of a dataset is it weak?", view.KEYS, view.MOST, panel)
