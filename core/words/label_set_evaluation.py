"""How good a model of several labels is on a dataset, in words."""

from __future__ import annotations

from collections.abc import Callable

from core.results.figure import Figure
from core.results.label_set_evaluation import LabelFigures, LabelSetEvaluation
from core.words import evaluation
from core.words.class_names import NONE, readable
from core.words.dataset import count
from core.words.evaluation import SUBSET, interval
from core.words.numbers import percentage

#: In the order in which they are told.
FIGURES = {
    "accuracy": SUBSET,
    "hamming_loss": "Hamming loss (share of all decisions that is wrong)",
    "micro_f1": "Micro-F1 (of all decisions together)",
    "macro_f1": "Macro-F1 (mean over the labels)",
    "macro_average_precision": "Average precision (mean over the labels)",
    "ranking_precision": "Label ranking average precision",
    "log_loss": "Binary cross entropy (log loss a label; the criterion)",
}


def headline(result: LabelSetEvaluation) -> str:
    """How good it is, with the labels that are most often missed and added."""
    if not result.figures:
        return f"{count(len(result.rows), 'row')} answered. None has labels of this model's, so nothing is measured."
    accuracy = result.figures["accuracy"]
    scores = [
        f"{name} {_score(result.figures[key])}" for name, key in (("micro-F1", "micro_f1"), ("macro-F1", "macro_f1"))
    ]
    said = (
        f"Every label right on {percentage(accuracy.value)} of {count(result.measured, 'row')} (subset accuracy, "
        f"95\u00a0% interval {interval('accuracy', accuracy)}); {', '.join(scores)}."
    )
    parts = [part for part in (_missed(result), _added(result)) if part]
    if not parts:
        return f"{said} No label is missed, and none is too many."
    return f"{said} Most often {'; most often '.join(parts)}."


def _score(found: Figure) -> str:
    ends = interval("micro_f1", found)
    return f"{percentage(found.value)} ({ends})" if ends else percentage(found.value)


def _missed(result: LabelSetEvaluation) -> str:
    found = _most(result, lambda label: label.missed)
    if found is None:
        return ""
    return f"missed: {_name(result, found)} ({found.missed:,} of the {count(found.support, 'row')} that have it)"


def _added(result: LabelSetEvaluation) -> str:
    found = _most(result, lambda label: label.added)
    if found is None:
        return ""
    return (
        f"too many: {_name(result, found)} ({found.added:,} of the {count(found.predicted, 'row')} that are given it)"
    )


def _most(result: LabelSetEvaluation, by: Callable[[LabelFigures], int]) -> LabelFigures | None:
    """The first label with the most; None where each has none."""
    found = max(result.labels, key=by)
    return found if by(found) else None


def _name(result: LabelSetEvaluation, found: LabelFigures) -> str:
    return f"'{readable(found.label, result.classes)}'"


def commonest(result: LabelSetEvaluation) -> str:
    """What subset accuracy is to be held against: always giving the most frequent set; empty if nothing is measured."""
    if not result.measured:
        return ""
    names, rows = result.commonest
    empty = int((result.labelled & ~result.actual.any(axis=1)).sum())
    none = (
        f" {count(empty, 'row')} {'has' if empty == 1 else 'have'} an empty set, which is right if no label is given."
    )
    return (
        f"Always giving the most frequent set ({labels(names, result.classes)}) would be right on "
        f"{percentage(rows / result.measured)}. A label is given from a probability of 50\u00a0% on."
        f"{none if empty else ''}"
    )


def labels(names: tuple[str, ...] | list[str], classes: tuple[str, ...]) -> str:
    """A set of labels; an empty one says so."""
    return ", ".join(readable(name, classes) for name in names) or NONE


def not_measured(result: LabelSetEvaluation) -> str:
    """What of the file is in no figure, and why; empty where all of it is."""
    unknown, silent = len(result.rows) - result.measured, int((result.silent & result.labelled).sum())
    parts = [
        f"{count(unknown, 'row')} with a label that this model does not have: answered, and in no figure."
        if unknown and result.figures
        else "",
        f"{count(result.not_answered, 'row')} without a text, or with one too long: not answered."
        if result.not_answered
        else "",
        f"{count(silent, 'row')} with logits that are not finite: they count as wrong." if silent else "",
    ]
    return " ".join(part for part in parts if part)


def figures(result: LabelSetEvaluation) -> list[tuple[str, str, str]]:
    """Each figure's name, value and interval, empty where none is stated."""
    return evaluation.figures(FIGURES, result.figures)
