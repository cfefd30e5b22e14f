"""Calibration: whether the probabilities hold on a dataset, what mends them, and what may be promised of answers."""

from __future__ import annotations

from core.results import LoadedModel, Selection
from core.results.calibration_report import CalibrationReport
from core.results.dataset import DatasetRequest
from core.words import calibration as words
from pages.ui import details, task_progress
from pages.ui.services import calibrations
from pages.views import calibration as view
from pages.views import evaluated


def draw(selection: Selection, model: LoadedModel, request: DatasetRequest, report: CalibrationReport) -> None:
    """The sentence, stated beside observed, the switch; on request sets, thresholds, declining, rows of no class."""
    view.summary(report)
    view.pictures(selection, model, request, report)
    details.part("Answers as sets of classes", "sets", lambda: view.sets(report))
    details.part("From when on it is sure", "sure", lambda: view.sureness(report))
    details.part("If it may decline", "decline", lambda: view.declining(report))
    if report.outside:
        details.part("Rows that belong to no class", "outside", lambda: view.outside(report))
    details.how(*words.ABOUT)


def panel(selection: Selection, model: LoadedModel) -> None:
    """From the answers to the report."""
    result = evaluated.labelled(selection)
    if result is None:
        return
    task = calibrations().report(selection, result.request, view.options())
    report = task_progress.result(task, "calibration", "Calibration")
    if report is not None:
        draw(selection, model, result.request, report)


evaluated.page("Calibration", "Can its probabilities be believed?", view.KEYS, view.MOST, panel)
