"""Corrections of a dataset in words: what is marked, and what a head says that learnt the corrected labels."""

from __future__ import annotations

from collections.abc import Sequence

from core.results.corrections import Action, Correction, HeadRefit, ImportedCorrections
from core.results.figure import Figure
from core.words.class_names import readable
from core.words.dataset import count
from core.words.evaluation import MEASURES, figure
from core.words.numbers import percentage, points
from core.words.slices import p_value

#: What each action asks for.
ACTIONS = {
    Action.RELABEL: "Relabel: it belongs to another class",
    Action.REMOVE: "Remove: nothing is to be learnt from it",
    Action.AUGMENT: "Augment: more texts like it are needed",
    Action.NEW_CLASS: "New class: none of the model's fits",
    Action.MERGE: "Merge: its label's class goes into another",
    Action.LOOK_AGAIN: "Look again: somebody else should decide",
}
#: Beside the button that marks.
SHARED = "Marks are kept with the dataset, for all who open it; Next steps lists them."
#: What stands folded on the page.
ABOUT = (
    "A mark says what is to become of a row; the dataset itself never changes. Marks are kept on the server beside the "
    "dataset and shared by all who open it. In the saved list each row has an id made of its text, so the list finds "
    "its rows again in another order of the file, or in a newer one. A merge is marked on a row, and is about all rows "
    "with its label: the corrected dataset has them under the other class's name.",
    "The refit fits two linear heads (multinomial logistic regression on the standardised pooled vectors) on four "
    "fifths of the rows and lets them answer the last fifth, five times: one learns the labels as they are, the other "
    "the corrected ones. Both are measured by the corrected labels on the same rows. The interval of the difference is "
    "a paired bootstrap (1,000 resamples), p is McNemar's exact test.",
    "It is a forecast for the head alone: the vectors are those of the model as it is. A full training also moves the "
    "backbone, and may gain more or less. The corrected rows count by the label that you gave them, so a wrong "
    "correction looks like a gain, too: the line on the untouched rows does not have that weakness.",
)


def marked(corrections: Sequence[Correction]) -> str:
    """How many rows are marked, and for what."""
    if not corrections:
        return "No row is marked yet: choose rows in a table, here or on the other pages, then Mark."
    kinds = [(action, sum(c.action is action for c in corrections)) for action in Action]
    named = ", ".join(f"{number:,} {action}" for action, number in kinds if number)
    return f"{count(len(corrections), 'row')} marked: {named}."


def done(action: Action, rows: int) -> str:
    """What a click on the button has done."""
    return f"{count(rows, 'row')} marked: {action}."


def mark(correction: Correction, classes: Sequence[str]) -> str:
    """One mark in a cell: `relabel: Card arrival`, `merge into: Card arrival`."""
    if correction.action is Action.MERGE:
        return f"merge into: {readable(correction.label, classes)}"
    return f"{correction.action}: {readable(correction.label, classes)}" if correction.label else str(correction.action)


def imported(found: ImportedCorrections) -> str:
    """What became of a list that was brought."""
    said = f"{count(found.taken, 'mark')} taken."
    if found.unknown:
        said += f" {count(found.unknown, 'mark')} left out: no row of this dataset has such a text."
    return said


def refitted(refit: HeadRefit) -> str:
    """Whether the corrections help a head, and how sure that is."""
    before, after = refit.before["accuracy"], refit.after["accuracy"]
    change = refit.difference
    said = (
        f"Of two new heads, each learnt from four fifths of this file alone, the one with the corrected labels is "
        f"right on {percentage(after.value)} of {count(refit.measured, 'row')}, the other on "
        f"{percentage(before.value)}: "
        f"{points(change.value)} points ({_ends(change)}; {refit.gained:,} gained, {refit.lost:,} lost, "
        f"p {p_value(refit.p)})."
    )
    return f"{said} {_judged(change, refit.p)}"


def untouched(refit: HeadRefit) -> str:
    """The same on the rows whose label is as it was."""
    learnt = (
        f"{count(refit.relabelled, 'row')} relabelled, {refit.removed:,} left out. The model itself, which learnt "
        f"nothing anew: right on {percentage(refit.model_before.value)} by the labels as they are, on "
        f"{percentage(refit.model_after.value)} by the corrected ones."
    )
    if refit.elsewhere is None:
        return learnt
    change = f"{points(refit.elsewhere.value)} points ({_ends(refit.elsewhere)})"
    return f"{learnt} On the rows whose label is as it was: {change}."


def figures(refit: HeadRefit) -> list[dict[str, object]]:
    """One row a measure, of both heads."""
    return [
        {
            "Measure": MEASURES[name],
            "Labels as they are": _value(name, refit.before[name]),
            "Corrected labels": _value(name, refit.after[name]),
        }
        for name in refit.before
    ]


def _judged(change: Figure, p: float) -> str:
    if p > 0.05 or change.value == 0:
        return "A difference like this may be chance."
    return "More than chance gives." if change.value > 0 else "It gets worse: look at the marks again."


def _value(name: str, found: Figure) -> str:
    value, ends = figure(name, found)
    return f"{value} ({ends})" if ends else value


def _ends(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return "no interval"
    return f"95 % interval {points(figure.low)} to {points(figure.high)}"
