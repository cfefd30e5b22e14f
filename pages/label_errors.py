"""Label errors: which rows of a dataset are likely labelled wrong, and what their nearest rows say."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.words import label_errors as words
from pages.ui import details, task_progress
from pages.ui.services import datasets
from pages.views import evaluated
from pages.views import label_errors as view


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers to the rows."""
    result = evaluated.labelled(selection)
    if result is None:
        return
    trained = view.choose()
    report = task_progress.result(datasets().label_errors(result, refit=trained), "label_errors", "Label errors")
    if report is None:
        return
    view.summary(report)
    view.rows(result, report)
    details.how(*words.ABOUT)


evaluated.page("Label errors", "Which labels are likely wrong?", view.KEYS, view.MOST, panel)
