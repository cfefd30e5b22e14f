"""Classes of a dataset in words: which are told well, which are not, and what they are taken for."""

from __future__ import annotations

from core.results.classes import ClassFigures, ClassReport
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percent, percentage

#: What stands folded on the page.
ABOUT = (
    "Precision: of the rows that are given a class, the share that has it as label. Recall: of the rows with that "
    "label, the share that is given it, with a 95 % interval (Wilson). F1 is their harmonic mean. ROC-AUC: the chance "
    "that a row of the class has a larger probability of it than a row of another; 0.5 is chance. Average precision: "
    "the mean precision over all thresholds.",
    "The matrix holds the rows whose verdict is not their label. Its order (reverse Cuthill-McKee) puts classes that "
    "are taken for one another side by side. A cell's colour is its share of the rows of its label.",
)


def lead(report: ClassReport) -> str:
    """How many classes are always right, which is the worst, and what it is taken for."""
    seen = [c for c in report.classes if c.support]
    whole = sum(c.recall == 1 for c in seen)
    worst = worst_first(report)[0]
    named = readable(worst.name, report.names)
    said = f"Right on every row of {whole:,} of {count(len(seen), 'class', 'classes')}."
    if worst.recall == 1:
        return said
    taken = ""
    if worst.taken_for is not None:
        other, rows = worst.taken_for
        taken = f", most often taken for '{readable(report.names[other], report.names)}' ({rows:,})"
    return (
        f"{said} The worst by F1: '{named}', right on {percentage(worst.recall)} of {count(worst.support, 'row')}"
        f" ({_interval(worst)}){taken}."
    )


def worst_first(report: ClassReport) -> list[ClassFigures]:
    """Classes that have rows, the lowest F1 first."""
    return sorted((c for c in report.classes if c.support), key=lambda c: (c.f1, c.recall, c.name))


def row(found: ClassFigures, report: ClassReport) -> dict[str, object]:
    """One row of the table of classes: names, counts, shares of 1."""
    other = "–" if found.taken_for is None else readable(report.names[found.taken_for[0]], report.names)
    return {
        "Class": readable(found.name, report.names),
        "Rows": found.support,
        "F1": found.f1,
        "Most often taken for": other,
        "Precision": found.precision,
        "Recall": found.recall,
        "Recall, 95 %": _interval(found),
        "ROC-AUC": found.roc_auc,
        "Average precision": found.average_precision,
    }


#: Columns that are shares of rows, and those that are areas from 0 to 1.
SHARES, AREAS = ("F1", "Precision", "Recall"), ("ROC-AUC", "Average precision")


def matrix(report: ClassReport) -> str:
    """What the matrix holds."""
    off = int(report.confusion.sum() - report.confusion.diagonal().sum())
    pairs = int((report.confusion > 0).sum() - (report.confusion.diagonal() > 0).sum())
    said = (
        f"{count(off, 'row')} in {count(pairs, 'pair')} of classes; the stronger the colour of a cell, the larger its "
        f"share of its label. "
        "Drag to look closer, double click to come back, click a cell for its rows."
    )
    if not report.groups or len(report.groups[0]) == len(report.names):
        return said
    are = "is" if len(report.groups) == 1 else "are"
    return f"{said} {count(len(report.groups), 'group')} of classes {are} confused among themselves alone."


def without_rows(report: ClassReport) -> str:
    """Classes that the dataset has no row of; empty where it has all."""
    none = [readable(c.name, report.names) for c in report.classes if not c.support]
    if not none:
        return ""
    shown = ", ".join(none[:5]) + (f" and {len(none) - 5:,} more" if len(none) > 5 else "")
    return f"{count(len(none), 'class', 'classes')} of this model have no row here: {shown}."


def _interval(found: ClassFigures) -> str:
    return f"{percent(found.low)} to {percentage(found.high)}"
