"""Slices of a dataset in words: what their rows have in common, and how sure it is that they are weak."""

from __future__ import annotations

from collections.abc import Sequence

from core.results.slices import Condition, Slice, SliceKind, SliceReport, TextForm
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percent, percentage

#: What stands folded on the page.
ABOUT = (
    "A slice is all labelled rows that fulfil a condition: a value of another column (a column of more than 50 "
    "numbers by quartiles), a fifth of the texts by their length in words or by the tokens that a word of theirs takes "
    "(rare words take many), a label, a sign or a word in the text; or "
    "two conditions on columns and length at once. Words are tried where they stand in enough rows and in at most "
    "half of them.",
    "The accuracy of each is compared with that of all other labelled rows: Fisher's exact test where an expected "
    "count is below 5, otherwise Pearson's chi-squared test, both two-sided. The more slices are tried, the more of "
    "them look weak by chance: 'p adjusted' (Benjamini and Hochberg 1995) is the share of false alarms to expect among "
    "slices with a p-value as small. Weak means: less accurate than elsewhere, and p adjusted is at most 0.05.",
    "Two conditions are weak together only where they are also less accurate than the other rows of each of the two "
    "(p at most 0.05); otherwise they are called 'like its parts'. Slices that share over 90 % of their rows with a "
    "clearer one are left out. Slices by verdict and by probability are not tested and never called weak: they are "
    "about the answer, not about the text.",
)
KINDS = {
    SliceKind.COLUMN: "Column",
    SliceKind.PAIR: "Two conditions",
    SliceKind.LENGTH: "Length",
    SliceKind.LABEL: "Label",
    SliceKind.KEYWORD: "Keyword",
    SliceKind.FORM: "Signs",
    SliceKind.PIECES: "Tokens a word",
    SliceKind.VERDICT: "Verdict",
    SliceKind.CONFIDENCE: "Probability",
}
_FORMS = {
    TextForm.DIGITS: "has a digit",
    TextForm.QUESTION: "has a question mark",
    TextForm.CAPITALS: "is all in capitals",
    TextForm.NON_ASCII: "has a letter outside of ASCII",
}
#: Up to this adjusted p-value a slice is significant.
LEVEL = 0.05
#: Columns of the table that are shares of rows.
SHARES = ("Right", "Elsewhere")


def name(found: Slice, classes: Sequence[str]) -> str:
    """What its rows have in common."""
    return " and ".join(_condition(condition, classes) for condition in found.conditions)


def lead(report: SliceReport, classes: Sequence[str]) -> str:
    """The clearest weakness, or that there is none."""
    rows = f"{report.least} rows or more"
    if not report.tried:
        return f"Of {count(report.measured, 'labelled row')} there is no slice of {rows} with as many outside of it."
    if not report.weak:
        return f"No slice of {rows} is weaker than chance allows ({report.tried:,} tried)."
    first = report.slices[0]
    return (
        f"Clearest weakness: {name(first, classes)}, {_accuracy(first)} "
        f"({report.weak:,} of {count(report.tried, 'slice')} {_be(report.weak)} weaker than chance allows)."
    )


def basis(report: SliceReport) -> str:
    """What the slices are compared with, and what the order of the table means."""
    said = f"Overall, right on {percentage(report.right / report.measured)} of {count(report.measured, 'row')}."
    if report.tried and not report.weak:
        said += (
            " The lowest are listed first, and none of them is significant: where so many are tried, chance alone "
            "may make differences like these."
        )
    if report.same:
        said += f" {count(report.same, 'slice')} with the rows of a clearer one {_be(report.same)} left out."
    return said


def row(found: Slice, classes: Sequence[str]) -> dict[str, object]:
    """One row of the table of slices: shares of 1, a p-value."""
    return {
        "Slice": name(found, classes),
        "Rows": found.count,
        "Right": found.accuracy,
        "95 % interval": interval(found),
        "Elsewhere": found.elsewhere,
        "Difference (points)": found.difference,
        "p adjusted": found.adjusted,
        "Weak": _weak(found),
    }


def matched(found: Slice, classes: Sequence[str]) -> str:
    """What a person's own slice shows."""
    named = name(found, classes)
    if not found.count:
        return f"No labelled row {named}."
    said = f"{count(found.count, 'row')} whose text {named}: right on {percentage(found.accuracy)} ({interval(found)})"
    if found.elsewhere is None:
        return f"{said}; that is every labelled row."
    said += f", elsewhere {percentage(found.elsewhere)}"
    return f"{said}; p {p_value(found.p)} for this one test, which says less after several searches."


def heading(found: Slice, classes: Sequence[str]) -> str:
    """Above its rows."""
    wrong = found.count - found.right
    return f"{count(found.count, 'row')}, {wrong:,} wrong: {name(found, classes)}"


def interval(found: Slice) -> str:
    """`31.2 to 48.9 %`."""
    return f"{percent(found.low)} to {percentage(found.high)}"


def p_value(p: float | None) -> str:
    """Three decimals, a bound where they would be 0, a dash where there is none."""
    if p is None or p != p:
        return "–"
    return "< 0.001" if p < 0.0005 else f"{p:.3f}"


def _weak(found: Slice) -> str:
    """Whether it is; a pair may be significant for one of its parts alone."""
    if found.weak:
        return "weak"
    below = found.adjusted is not None and found.adjusted <= LEVEL and (found.difference or 0) < 0
    return "like its parts" if below else ""


def _accuracy(found: Slice) -> str:
    said = f"right on {percentage(found.accuracy)} of {count(found.count, 'row')}"
    return said if found.elsewhere is None else f"{said}, elsewhere {percentage(found.elsewhere)}"


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _condition(c: Condition, classes: Sequence[str]) -> str:
    match c.kind:
        case SliceKind.COLUMN if c.above is not None or c.most is not None:
            return f"{c.subject} {_range(c.above, c.most)}"
        case SliceKind.COLUMN:
            return f"{c.subject} is '{c.value}'" if c.value else f"{c.subject} is empty"
        case SliceKind.LENGTH:
            return _words(c.above, c.most)
        case SliceKind.PIECES:
            return (
                f"words of {_range(c.above, c.most)} tokens on average{' (rare or misspelt)' if c.most is None else ''}"
            )
        case SliceKind.LABEL | SliceKind.VERDICT:
            return f"{c.kind.value} is '{readable(c.value, classes)}'"
        case SliceKind.FORM:
            return _FORMS[TextForm(c.value)]
        case SliceKind.KEYWORD:
            return f"has the word '{c.value}'"
        case SliceKind.CONFIDENCE:
            return f"probability {100 * (c.above or 0):g} to {100 * (c.most or 1):g} %"
        case _:
            return f"{'matches' if c.subject else 'contains'} '{c.value}'"


def _range(above: float | None, most: float | None) -> str:
    parts = [] if above is None else [f"above {above:g}"]
    return " ".join([*parts, *([] if most is None else [f"up to {most:g}"])])


def _words(above: float | None, most: float | None) -> str:
    if most is None:
        return f"{int(above or 0) + 1:,} words or more"
    if above is None:
        return f"up to {count(int(most), 'word')}"
    least = int(above) + 1
    return count(least, "word") if least == most else f"{least:,} to {int(most):,} words"
