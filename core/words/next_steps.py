"""What to do next with a dataset and a model, in sentences: what was found, weightiest first, and where it is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from core.results.calibration_report import CalibrationReport
from core.results.data_checks import DataChecks
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.results.robustness import RobustnessReport
from core.results.slices import SliceReport
from core.words import calibration, robustness, slices
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percentage, three_digits

#: A calibration error above this, on so many rows or more, is worth a calibration.
CALIBRATION_ERROR, ROWS = 0.03, 200
#: Of a class so many rows are too few to say anything.
FEW = 5
#: A harmless change that surely changes a larger share of answers is worth a step.
FRAGILE = 0.05
#: A pair of classes is worth a look when it takes so many rows.
CONFUSED = 3


@dataclass(frozen=True)
class Step:
    """A sentence, the page that shows what it is about, by its name, and which of its folded parts."""

    said: str
    page: str
    part: str = ""


def steps(
    result: DatasetEvaluation,
    labels: LabelErrorReport,
    checks: DataChecks,
    weak: SliceReport,
    calibrated: CalibrationReport | None = None,
    robust: RobustnessReport | None = None,
    marked: Collection[int] = (),
) -> list[Step]:
    """What to do, in the order in which to do it: first the data, then the model, then what it says of itself.

    `calibrated` and `robust`: where they were made; None of rows too few, or not asked for. `marked`: numbers of rows
    of the file that a person has marked.
    """
    found = (
        Step(_unfit(result), "evaluation"),
        Step(_labels(labels, int(np.isin(result.rows[labels.places], list(marked)).sum())), "label_errors"),
        Step(_conflicts(checks), "slices", "data"),
        Step(_duplicates(checks), "slices", "data"),
        Step(_confused(result), "classes"),
        Step(_weak(weak, result), "slices"),
        Step(_robust(robust), "robustness"),
        Step(_few(checks, result), "classes"),
        Step(_calibration(result, calibrated), "calibration"),
    )
    return [step for step in found if step.said]


def _unfit(result: DatasetEvaluation) -> str:
    answered = len(result.rows)
    if 2 * result.measured >= answered:
        return ""
    return (
        f"Check that the file fits this model: only {result.measured:,} of {count(answered, 'row')} have a label of "
        f"its classes, and all else is about those."
    )


def _labels(report: LabelErrorReport, marked: int) -> str:
    found = len(report.places) - marked
    if not found:
        return ""
    return (
        f"Check {count(found, 'label')} that {'looks' if found == 1 else 'look'} wrong, before any figure is believed: "
        f"relabel or remove.{f' {marked:,} more {_are(marked)} marked.' if marked else ''}"
    )


def _conflicts(checks: DataChecks) -> str:
    if not checks.conflict_pairs:
        return ""
    return f"Decide on {count(checks.conflict_pairs, 'pair')} of texts that are alike and have different labels."


def _duplicates(checks: DataChecks) -> str:
    same = f"{count(checks.exact_groups, 'text')} word for word" if checks.exact_groups else ""
    near = f"{count(checks.near_pairs, 'pair')} of texts that are nearly the same" if checks.near_pairs else ""
    found = " and ".join(said for said in (same, near) if said)
    return f"Keep one of each, where a text counts more than once: {found}." if found else ""


def _confused(result: DatasetEvaluation) -> str:
    pair = next(iter(result.confusions()), None)
    if pair is None or pair.count < CONFUSED:
        return ""
    label, verdict = (readable(result.classes[k], result.classes) for k in (pair.actual, pair.predicted))
    return (
        f"'{label}' is taken for '{verdict}' in {pair.count:,} of {count(pair.of, 'row')}: read them, then write more "
        f"texts that tell the two apart, or merge the classes."
    )


def _weak(report: SliceReport, result: DatasetEvaluation) -> str:
    if not report.weak:
        return ""
    first = report.slices[0]
    return (
        f"Bring more training texts of a weak slice: {slices.name(first, result.classes)}, right on "
        f"{percentage(first.accuracy)} of {count(first.count, 'row')}."
    )


def _few(checks: DataChecks, result: DatasetEvaluation) -> str:
    lacking = len(checks.few) + checks.without
    if not lacking:
        return ""
    none = f" ({checks.without:,} of them none)" if checks.without else ""
    return (
        f"Bring rows: {lacking:,} of {count(len(result.classes), 'class', 'classes')} "
        f"{'has' if lacking == 1 else 'have'} fewer than {FEW}{none}, so little is known of them."
    )


def _robust(report: RobustnessReport | None) -> str:
    """The change that does most, where the lower end of its share is above what is worth it."""
    first = next(iter(report.tests), None) if report is not None else None
    if first is None or first.low < FRAGILE:
        return ""
    return (
        f"Make it stand harmless changes: {robustness.subject(first)} changes {percentage(first.rate)} of "
        f"{count(first.count, 'answer')}. Put texts like that into the training file, or undo the change before the "
        f"model reads the text."
    )


def _calibration(result: DatasetEvaluation, report: CalibrationReport | None) -> str:
    error = result.figures.get("calibration_error")
    if error is None or result.calibration is not None or error.value < CALIBRATION_ERROR or result.measured < ROWS:
        return ""
    off = three_digits(100 * error.value)
    said = f"Probabilities differ from how often they are right by {off} points on average over all rows"
    if report is None:
        return f"See whether a calibration helps. {said}."
    if calibration.helps(report):
        return f"Use calibrated probabilities. {said}, and a temperature of {three_digits(report.temperature)} helps."
    return (
        f"Bring more rows for a calibration. {said}, and what is fitted on one half of these does not help the other."
    )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
