"""Robustness: which harmless changes of a text change the answer, on a whole dataset."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.robustness import RobustnessReport
from core.words import robustness as words
from pages.ui import details, task_progress
from pages.ui.services import datasets
from pages.views import evaluated
from pages.views import robustness as view


def draw(result: DatasetEvaluation, report: RobustnessReport) -> None:
    """The sentence, a change of a person's own, the table, the texts of what is chosen."""
    view.summary(report)
    own = view.own(result)
    tests = [test for test in (*([own] if own else []), *report.tests) if test.count]
    if tests:
        view.table(tests)
        view.rows(result, tests)


def panel(selection: Selection, _: LoadedModel) -> None:
    """From the answers to the report."""
    result = evaluated.answered(selection)
    if result is None:
        return
    task = datasets().robustness(result)
    report = None
    if task.state() is None:
        view.begin(result, task)
    elif (report := task_progress.result(task, "robustness", "Robustness")) is not None:
        draw(result, report)
    details.how(*words.ABOUT, found=report is not None)


evaluated.page("Robustness", "Which harmless changes of a text change the answer?", view.KEYS, view.MOST, panel)
