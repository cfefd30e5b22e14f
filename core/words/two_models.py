"""Two models on one dataset in words: which is better, if that can be said, and how far they agree.

The first is A, the second B: their names stand in the sentence on top, the letters in the tables.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.results.two_models import ClassDifference, CommonClasses, ConfusionDifference, MeasureDifference, TwoModels
from core.words.class_names import readable
from core.words.dataset import count
from core.words.evaluation import MEASURES, SHARES, measured
from core.words.numbers import percentage, points, signed, three_digits
from core.words.slices import p_value

#: Up to this adjusted p-value a difference is more than chance.
LEVEL = 0.05
#: Measures of which less is better.
_LESS_IS_BETTER = ("log_loss", "brier")
#: Rows that can be looked at, by their word in the URL.
SHOWN = {
    "differ": "All that differ",
    "first": "Only A right",
    "second": "Only B right",
    "neither": "Both wrong, each its own way",
    "unlabelled": "Without a label of both",
}
#: In which order rows stand.
ORDER = (
    "'Label by A' is the probability that A gives the label. Rows on which it is most unlike B's come first; a click "
    "on one leads on to its reasons."
)
#: What stands folded on the page.
ABOUT = (
    "Both models answered the same rows, so they are compared row by row: an interval of the difference is narrower "
    "than those of the two models would suggest. Classes are matched by name; rows whose label is not a class of both "
    "are answered, and in no measure.",
    "Accuracy is tested with McNemar's exact test: of the rows that only one is right on, each would fall to either "
    "with a chance of a half. Macro-F1, log loss and Brier score are tested by swapping the two answers of each row at "
    "random, 1,999 times. Intervals are of 2,000 paired bootstrap samples. Log loss and Brier score of more than "
    "20,000 rows have the normal test and interval. 'p adjusted' is Holm's, over the four measures: a model is called "
    "better where it is at most 0.05.",
    "Cohen's kappa is over all verdicts, labelled or not. Divergences are of the stated probabilities over the common "
    "classes, scaled to sum to 1. The intervals of classes (Agresti and Min 2005) are of each class alone: of 20 "
    "classes without a difference about one has an interval beside 0. A test tells chance in these rows apart, not "
    "whether they are like the texts to come.",
)


def lead(report: TwoModels, names: tuple[str, str]) -> str:
    """How often each is right, how far apart they are, and whether that may be chance."""
    found = report.measures[0]
    said = (
        f"{names[0]} (A) is right on {percentage(found.first)}, {names[1]} (B) on {percentage(found.second)} of "
        f"{count(report.compared, 'row')}"
    )
    if not report.first_only + report.second_only:
        return f"{said}: they are right on the same rows."
    low, high = found.difference.low or 0.0, found.difference.high or 0.0
    said += f": {points(found.difference.value)} points (95 % interval {points(low)} to {points(high)})"
    test = f"McNemar's p {p_value(found.p)}"
    if found.adjusted <= LEVEL:
        return f"{said}. {'A' if found.difference.value > 0 else 'B'} is better by more than chance ({test})."
    if found.p <= LEVEL:
        return f"{said}. It may be chance: {test}, {p_value(found.adjusted)} as one of four measures that were tested."
    return f"{said}. A difference like this may be chance ({test})."


def matched(classes: CommonClasses) -> str:
    """How many classes are compared; a warning where a model has others."""
    if classes.common == classes.first == classes.second:
        return f"Both have the same {count(classes.common, 'class', 'classes')}, by name."
    return (
        f"By name they have {count(classes.common, 'class', 'classes')} in common: A has {classes.first:,}, B "
        f"{classes.second:,}. Rows with another label are in no measure."
    )


def left_out(report: TwoModels) -> str:
    """Rows that are not compared; empty where all are."""
    out, silent = len(report.actual) - report.compared, len(report.actual) - report.answered
    parts = [
        f"{count(out, 'row')} without a label that is a class of both: in no measure." if out else "",
        f"{count(silent, 'row')} on which one gives no verdict (logits that are not finite): it is wrong there."
        if silent
        else "",
    ]
    return " ".join(part for part in parts if part)


def measure(found: MeasureDifference) -> dict[str, object]:
    """One row of the table of measures, all in words."""
    share = found.name in SHARES
    low, high = (_change(end, found.name) for end in (found.difference.low, found.difference.high))
    return {
        "Measure": MEASURES[found.name],
        "A": measured(found.name, found.first),
        "B": measured(found.name, found.second),
        "A less B": f"{_change(found.difference.value, found.name)}{' points' if share else ''}",
        "95 % interval": f"{low} to {high}",
        "p": p_value(found.p),
        "p adjusted": p_value(found.adjusted),
        "Better": _better(found),
    }


def outcomes(report: TwoModels) -> list[tuple[str, str, str]]:
    """Rows by who is right: name, number, share."""
    rows = {
        "Both right": report.both,
        "Only A right": report.first_only,
        "Only B right": report.second_only,
        "Both wrong": report.neither,
    }
    of = f"of {report.compared:,}"
    return [(name, percentage(n / report.compared), f"{n:,} {of}") for name, n in rows.items()]


def agreement(report: TwoModels) -> list[tuple[str, str, str]]:
    """How far they say the same: name, number, unit; what is not known is left out."""
    share = report.alike / report.answered if report.answered else float("nan")
    rows: list[tuple[str, float | None, str]] = [
        ("Cohen's kappa", report.kappa, ""),
        ("KL(A ‖ B)", report.divergence, "nats"),
        ("KL(B ‖ A)", report.back, "nats"),
        ("Jensen-Shannon", report.distance, "nats"),
    ]
    known = [(name, three_digits(value), unit) for name, value, unit in rows if value is not None]
    return [("Same verdict", percentage(share), f"of {report.answered:,}"), *known]


def of_class(found: ClassDifference, classes: Sequence[str]) -> dict[str, object]:
    """One row of the table of classes: counts, shares of 1, nats."""
    return {
        "Class": readable(found.name, classes),
        "Rows": found.count,
        "A right": found.first / found.count,
        "B right": found.second / found.count,
        "A less B, points": found.difference,
        "95 % interval": f"{points(found.low)} to {points(found.high)}",
        "KL(A ‖ B)": found.divergence,
    }


def of_pair(found: ConfusionDifference, classes: Sequence[str]) -> dict[str, object]:
    """One row of the table of confusions."""
    return {
        "Label": readable(found.label, classes),
        "Taken for": readable(found.verdict, classes),
        "By A": found.first,
        "By B": found.second,
        "A less B": found.first - found.second,
        "Rows of the label": found.of,
    }


def confusions(report: TwoModels) -> str:
    """How many pairs of classes there are that one confuses more often."""
    if not report.confusions:
        return "No pair of classes is confused more often by one than by the other."
    more = sum(pair.first > pair.second for pair in report.confusions)
    return (
        f"Pairs of classes that one confuses more often than the other: {more:,} are A's, "
        f"{len(report.confusions) - more:,} B's."
    )


def soft_labels(rows: int, classes: int, not_answered: int, unlabelled: int) -> str:
    """How the file is used, of a dataset with so many rows without an answer, and without a class of the model's."""
    said = (
        f"A's probabilities of {count(rows, 'row')}: one column for each of its {count(classes, 'class', 'classes')}, "
        f"one row a text, as they are stated. In the recipe of a student name it as data.soft_labels_file, and this "
        f"dataset as data.train_file; data.labels has all of A's classes where the dataset lacks one."
    )
    if not_answered:
        said += f" {count(not_answered, 'row')} of the dataset had no answer: take them out of it."
    if unlabelled:
        said += f" Training refuses labels that are no class: bring the dataset without these {unlabelled:,} rows."
    return said


def _change(value: float | None, name: str) -> str:
    """A difference of a measure, signed: a share in points; a dash where it is not known."""
    if value is None or value != value:
        return "–"
    return points(value) if name in SHARES else signed(value)


def _better(found: MeasureDifference) -> str:
    if not found.adjusted <= LEVEL:
        return "may be chance"
    return "A" if (found.difference.value > 0) != (found.name in _LESS_IS_BETTER) else "B"
