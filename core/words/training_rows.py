"""A test file beside its training file in words: what both have, how they differ, and what an answer owes to whom."""

from __future__ import annotations

from core.results.figure import Figure
from core.results.training_rows import (
    ClassMixing,
    Detection,
    Overlap,
    Shift,
    TrainingRows,
)
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percentage, signed, three_digits
from core.words.slices import p_value

#: Up to this p-value lengths differ by more than chance.
LEVEL = 0.05
#: Words and classes that a sentence names.
_NAMED = 8
#: Test rows that can be looked at, by their word in the URL.
SHOWN = {"wrong": "Wrong", "unlike": "Least like the training rows", "all": "All"}
#: What stands folded on the page.
ABOUT = (
    "Two texts are the same after Unicode NFKC, case folding and single spaces; nearly the same with a Jaccard index "
    "of 0.7 or more of their 5-grams of characters (MinHash finds the pairs). The nearest training rows are those "
    "whose pooled vectors, which the model's head reads, have the largest cosine. Training rows without a class of "
    "this model are compared as texts alone.",
    "Influence is that of a linear head, not of the whole training: the head (multinomial logistic regression, C = 1, "
    "standardised pooled vectors, as Label errors refits it, but to its optimum) is fitted on the training rows, whose "
    "vectors the adapter has already learnt to make. What a row did to the adapter itself is not measured.",
    "The estimate is one Newton step from the optimum without the row (Pregibon 1981; Koh and Liang 2017); beside it "
    "stands the head that was really fitted without it. All rows are ranked by an influence function with a "
    "correction for leverage; 16 rows are estimated, 10 of those refitted, so that a row may be missed that is about "
    "as large as the last of these.",
    "Vectors of more than 128 numbers are read in their first 128 principal directions, and of more than 20,000 "
    "training rows so many are drawn at random: the head's Hessian is applied some hundreds of times.",
    "AUROC is the chance that a row with a class has a larger score than one without; its intervals are DeLong's. The "
    "Kolmogorov-Smirnov test takes lengths in words; equal lengths make its p-value rather too large.",
)


def lead(report: TrainingRows) -> str:
    """How many test rows stand in the training file, and what accuracy is with and without them."""
    found = report.overlap
    if report.same_file:
        return "Both are the same file: every row was learnt, so nothing here says how good it is on new texts."
    rows, same = int((found.match >= 0).sum()), int(found.exact.sum())
    unlabelled = not found.inside_rows and not found.outside_rows
    if not rows:
        right = "" if unlabelled else f" Right on {_share(found.outside)}."
        return (
            f"No text of {count(len(found.match), 'test row')} stands in the training file, neither word for word nor "
            f"nearly.{right}"
        )
    if rows == same:
        how = "word for word"
    else:
        how = f"{same:,} word for word, {rows - same:,} nearly" if same else "nearly, none word for word"
    said = f"{rows:,} of {count(len(found.match), 'test row')} {_stand(rows)} in the training file ({how})"
    if unlabelled:
        return f"{said}."
    if not found.outside_rows:
        return f"{said}: no labelled row is new to it."
    without = f"accuracy without them is {_share(found.outside)} of {count(found.outside_rows, 'row')}"
    if not found.inside_rows:
        return f"{said}: {without}."
    return f"{said}: {without}; on them it is {_share(found.inside)} of {found.inside_rows:,}."


def basis(report: TrainingRows) -> str:
    """What was compared, and what was left out."""
    found = report.overlap
    far = int(report.unlike.sum())
    parts = [
        f"{count(far, 'test row')} {'is' if far == 1 else 'are'} farther from every training row than 99 % of those "
        "are from their nearest: tagged 'unlike the training rows' on Evaluate."
        if far
        else "",
        f"{count(report.left_out, 'training row')} without a class of this model or a vector: compared as texts alone."
        if report.left_out
        else "",
        f"Near-duplicates were looked for among the first {found.compared:,} of {found.distinct:,} texts alone."
        if found.compared < found.distinct
        else "",
        "" if found.complete else "So many texts are alike that not every pair of them was compared.",
        f"{count(found.relabelled, 'test row')} with the very text of a training row {_have(found.relabelled)} another "
        "label than it has there."
        if found.relabelled
        else "",
    ]
    return " ".join(part for part in parts if part)


def kind(overlap: Overlap, place: int) -> str:
    """How a test row stands in the training file; empty where it does not."""
    if overlap.exact[place]:
        return "word for word"
    return f"nearly ({three_digits(float(overlap.jaccard[place]))})" if overlap.match[place] >= 0 else ""


def shifts(found: Shift, classes: tuple[str, ...]) -> list[str]:
    """A sentence each on lengths, words and labels."""
    differ = "differ by more than chance" if found.p <= LEVEL else "differ no more than chance allows"
    sentences = [
        f"Length: test texts have {found.test_median:g} words in the median, training texts {found.training_median:g}. "
        f"Lengths {differ} (Kolmogorov-Smirnov distance {three_digits(found.distance)}, p {p_value(found.p)})."
    ]
    if found.unseen_words:
        most = ", ".join(f"{word} ({times:,})" for word, times in found.frequent[:_NAMED])
        sentences.append(
            f"Words: {percentage(found.unseen)} of the words of test texts stand in no training text, "
            f"{found.unseen_words:,} of {count(found.words, 'different one')}. The most frequent: {most}."
        )
    else:
        sentences.append("Words: every word of the test texts stands in some training text.")
    if found.labels is None:
        return [*sentences, "Labels: no test row has a label that is a class of this model."]
    shares = (
        f"{percentage(found.labels)} of rows would have to change their class for both files to have the same shares."
    )
    return [*sentences, f"Labels: {_missing(found, classes)} {shares}"]


def _missing(found: Shift, classes: tuple[str, ...]) -> str:
    if not found.missing:
        return "every class of the test rows has training rows."
    number = len(found.missing)
    names = ", ".join(f"'{readable(name, classes)}' ({rows:,})" for name, rows in found.missing[:_NAMED])
    more = f" and {number - _NAMED:,} more" if number > _NAMED else ""
    return f"{count(number, 'class', 'classes')} of test rows {_have(number)} no training row: {names}{more}."


def mixing(report: TrainingRows) -> str:
    """Which two classes lie most among each other."""
    if report.mixed is None:
        return "No training row of one class lies among those of another."
    a, b = (readable(name, report.classes) for name in report.mixed[:2])
    return (
        f"'{a}' and '{b}' mix most: {percentage(report.mixed[2])} of the 10 rows nearest to each of their training "
        "rows belong to the other of the two. Classes whose rows lie most among others come first; one of 10 rows "
        "or fewer cannot fill those 10."
    )


def of_class(found: ClassMixing, classes: tuple[str, ...]) -> dict[str, object]:
    """One row of the table of classes: shares of 1."""
    return {
        "Class": readable(found.name, classes),
        "Training rows": found.rows,
        "Nearest of another class": found.elsewhere,
        "Most often": "–" if found.other is None else readable(found.other, classes),
        "Of that class": found.other_share,
    }


def detection(found: Detection) -> str:
    """Which of the two numbers tells rows of no class better, if that can be said."""
    low, high = found.difference.low, found.difference.high
    said = (
        f"{count(found.outside, 'test row')} {_have(found.outside)} a label that is no class of this model. Told from "
        f"{found.inside:,} others by the cosine to the nearest training row: AUROC {_figure(found.cosine)}; by the "
        f"largest probability: {_figure(found.probability)}."
    )
    if low is None or high is None:
        return said
    if low <= 0 <= high:
        return f"{said} The difference, {_figure(found.difference, signs=True)}, may be chance."
    better = "The distance to the training rows" if low > 0 else "The largest probability"
    return f"{said} {better} tells them better (difference {_figure(found.difference, signs=True)})."


def _share(found: Figure) -> str:
    if found.low is None or found.high is None:
        return percentage(found.value)
    return f"{percentage(found.value)} (95\u00a0% interval {percentage(found.low)} to {percentage(found.high)})"


def _figure(found: Figure, *, signs: bool = False) -> str:
    written = signed if signs else three_digits
    if found.low is None or found.high is None:
        return written(found.value)
    return f"{written(found.value)} ({written(found.low)} to {written(found.high)})"


def _stand(number: int) -> str:
    return "stands" if number == 1 else "stand"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"
