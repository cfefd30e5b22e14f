"""Two models: which of two is better on a dataset, and where they differ."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.two_models import TwoModels
from core.words import two_models as words
from pages.ui import details, task_progress
from pages.ui.services import datasets
from pages.views import evaluated, second_model
from pages.views import two_models as view


def draw(result: DatasetEvaluation, other: DatasetEvaluation, report: TwoModels) -> None:
    """The sentence, measures beside agreement, the rows; folded the classes, what is confused, soft labels."""
    view.summary(report, result.selection, other.selection)
    view.figures(report)
    view.rows(result, report)
    details.part("Class by class", "classes", lambda: view.classes(report))
    details.part("What one confuses more than the other", "confusions", lambda: view.confusions(report))
    details.part("Train a student on A's probabilities", "soft", lambda: view.soft_labels(result))
    details.how(*words.ABOUT)


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers of both to the report."""
    second = second_model.choose(selection)
    result = evaluated.labelled(selection)
    if second is None or result is None or not second_model.ready(selection, second):
        return
    datasets().common_classes(selection, second)  # before hours of answering: a model of other things shows at once
    other = evaluated.evaluated(second, result.request, "B", "evaluate.other")
    if other is None:
        return
    report = task_progress.result(datasets().two_models(result, other), "two_models", "Two models")
    if report is not None:
        draw(result, other, report)


evaluated.page("Two models", "Which is better here, and where do they differ?", view.KEYS, view.MOST, panel)
