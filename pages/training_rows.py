"""Training rows: which of them made an answer, and whether the test data is like them."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.training_rows import TrainingRows
from core.words import training_rows as words
from pages.ui import details, task_progress
from pages.ui.services import datasets
from pages.views import evaluated, influence, training_file
from pages.views import training_rows as view


def draw(result: DatasetEvaluation, training: DatasetEvaluation, report: TrainingRows) -> None:
    """The sentence on overlap, one test row with its nearest and most influential rows; folded what differs."""
    view.summary(report)
    place = view.rows(result, report)
    if place is not None:
        influence.nearest(result, training, report, place)
        influence.influence(result, training, place)
    details.part("Test rows that stand in the training file", "overlap", lambda: view.overlap(result, training, report))
    details.part("How the test file differs", "shift", lambda: view.shift(report))
    details.part("Classes that lie among each other", "mixing", lambda: view.mixing(report))
    if report.detection is not None:
        details.part("Rows that belong to no class", "outside", lambda: view.outside(report))
    details.how(*words.ABOUT)


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers to both files to the report."""
    result = evaluated.answered(selection)
    request = None if result is None else training_file.choose(selection)
    training = None if request is None else training_file.read(selection, request)
    if result is None or training is None:
        return
    report = task_progress.result(datasets().training_rows(result, training), "training_rows", "Training rows")
    if report is not None:
        draw(result, training, report)


evaluated.page(
    "Training rows",
    "Which training rows made this answer, and is the test data like them?",
    view.KEYS,
    view.MOST,
    panel,
)
