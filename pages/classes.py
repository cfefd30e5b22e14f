"""Classes: which of them are told well on a dataset, and which are taken for one another."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.results.classes import ClassReport
from core.results.dataset_evaluation import DatasetEvaluation
from core.words import classes as words
from pages.ui import details, task_progress
from pages.ui.services import datasets
from pages.views import classes as view
from pages.views import evaluated


def draw(result: DatasetEvaluation, report: ClassReport) -> None:
    """The sentence, the matrix beside the table, the rows of what is chosen."""
    view.summary(report)
    view.pictures(result, report)
    view.rows(result, report)
    details.how(*words.ABOUT)


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers to the report."""
    result = evaluated.labelled(selection)
    if result is None:
        return
    report = task_progress.result(datasets().classes(result), "classes", "Classes")
    if report is not None:
        draw(result, report)


evaluated.page("Classes", "Which does it get wrong, and what are they taken for?", view.KEYS, view.MOST, panel)
