"""Answers as sets of classes, in words: what they promise and what came of it."""

from __future__ import annotations

from core.results.calibration_report import (
    CLASS_CONDITIONAL,
    MARGINAL,
    RANK_CALIBRATED,
    CalibrationReport,
    SetFigures,
)
from core.results.figure import Figure
from core.words.calibrated import promised
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percent, percentage, three_digits

#: Ways to make sets.
SETS = {
    MARGINAL: "Over all texts",
    CLASS_CONDITIONAL: "In each class",
    RANK_CALIBRATED: "In each class, by rank (RC3P)",
}


def sets(found: SetFigures, classes: tuple[str, ...]) -> dict[str, str]:
    """One row of a table: a way to make sets, and how it did."""
    worst = "–"
    if found.worst_class is not None:
        share, number = found.worst_class
        worst = f"{percentage(share)} ({readable(classes[number], classes)})"
    return {
        "Held the right class": _interval_of_share(found.coverage),
        "Worst class": worst,
        "Classes in a set": three_digits(found.size),
        "Of one class": percentage(found.single),
        "Empty": percentage(found.empty),
        "Classes without a promise": f"{found.unbounded:,}",
    }


def sets_lead(report: CalibrationReport) -> str:
    """What sets over all texts promise, and what came of it."""
    found, share = report.sets[MARGINAL], promised(report.options.coverage)
    if report.set_threshold is None:
        return f"Too few rows for a promise of {share}: every set would hold every class."
    return (
        f"Promised: the right class is in the set of {share} of texts like these. Measured on {report.held:,} rows: "
        f"{_interval_of_share(found.coverage)}. A set has {three_digits(found.size)} classes on average; "
        f"{percentage(found.single)} have one.{_large(found.size, len(report.classes))}"
    )


def _large(size: float, classes: int) -> str:
    return " Sets so large say little: promise less, or bring more rows." if size > max(3, classes / 10) else ""


def unbounded(report: CalibrationReport) -> str:
    """Classes that every set holds for want of rows; empty where there is none."""
    lacking = report.sets[CLASS_CONDITIONAL].unbounded
    if not lacking:
        return ""
    return (
        f"{count(lacking, 'class', 'classes')} of {len(report.classes):,} have too few rows here for a promise of "
        f"{promised(report.options.coverage)} in each class: sets made in each class hold them always."
    )


def _interval_of_share(found: Figure) -> str:
    if found.low is None or found.high is None:
        return percentage(found.value)
    return f"{percentage(found.value)} ({percent(found.low)} to {percentage(found.high)})"
