"""Harmless changes of texts in words: what each does to a text, and what the answers do."""

from __future__ import annotations

from collections.abc import Sequence

from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.robustness import MOST_ROWS, Perturbation, Replacement, RobustnessReport, RobustnessTest
from core.words.dataset import count
from core.words.numbers import percent, percentage

#: What stands folded on the page.
ABOUT = (
    "Invariance tests (Ribeiro, Wu, Guestrin and Singh 2020, 'Beyond Accuracy: Behavioral Testing of NLP Models with "
    "CheckList'): a text is changed so that it still says the same, and is asked again. Each change is tried on every "
    "text that has a verdict, with a label or without, but those that it leaves as they are.",
    "Typos: in a word of four letters or more, two neighbouring letters are swapped, or one is left out, never the "
    "first. Where depends on the row alone, so a second run makes the same typos. Now and then a typo makes another "
    "word. No punctuation: signs inside of a number stay, one between two words leaves a space. Final sign: a full "
    "stop or question mark at the end is taken away, or a full stop added where there is none. Contractions and "
    "phrases are English; phrases are tried on texts in Latin letters that do not greet or thank already. A "
    "replacement of your own takes whole words, whatever their case, and keeps it.",
    "Answers that change: the verdict is another class than before. That is no error by itself: right to wrong is one, "
    "wrong to right mends one, and between two wrong classes nothing is lost. The interval is Wilson's (1927), as for "
    "texts drawn by chance. The mean shift is of the probability of the first verdict, up or down, in percentage "
    "points. A change on fewer than 10 texts is listed last.",
    "Of more than 2,000 texts 2,000 are drawn, the same each time. Where the model cuts a text off, it does not see a "
    "change behind the cut.",
)
#: What is done to a text.
NAMES = {
    Perturbation.SWAP: "Typo: two letters swapped",
    Perturbation.OMISSION: "Typo: a letter left out",
    Perturbation.LOWER: "Lower case",
    Perturbation.UPPER: "Capitals",
    Perturbation.NO_PUNCTUATION: "No punctuation",
    Perturbation.FINAL_SIGN: "Final sign added or taken away",
    Perturbation.CONTRACTED: "Contracted: I am to I'm",
    Perturbation.WRITTEN_OUT: "Written out: I'm to I am",
    Perturbation.GREETING: "'Hello,' before it",
    Perturbation.THANKS: "'Thank you.' after it",
    Perturbation.SPACES: "Double spaces",
}
#: The same as the subject of a sentence.
_SUBJECTS = {
    Perturbation.SWAP: "a typo (two letters swapped)",
    Perturbation.OMISSION: "a typo (a letter left out)",
    Perturbation.LOWER: "lower case",
    Perturbation.UPPER: "writing it in capitals",
    Perturbation.NO_PUNCTUATION: "leaving out the punctuation",
    Perturbation.FINAL_SIGN: "a full stop more or less at the end",
    Perturbation.CONTRACTED: "contracting words (I am to I'm)",
    Perturbation.WRITTEN_OUT: "writing contractions out (I'm to I am)",
    Perturbation.GREETING: "'Hello,' before it",
    Perturbation.THANKS: "'Thank you.' after it",
    Perturbation.SPACES: "doubling the spaces",
}
#: What the button does.
BEFORE = "Typos, case, punctuation, contractions, polite phrases, spaces: each changed text is answered."
#: Columns of the table.
SHARE, SHIFT = "Share", "Mean shift (points)"


def name(test: RobustnessTest) -> str:
    """What is done to a text, as it stands in the table."""
    return NAMES.get(test.perturbation) or _own(test.replacement)


def begin(result: DatasetEvaluation) -> str:
    """On the button that begins the work."""
    rows = int((result.predicted != NO_CLASS).sum())
    return f"Try {len(NAMES)} changes on {count(min(MOST_ROWS, rows), 'text')}"


def lead(report: RobustnessReport) -> str:
    """The change that does most, what its new answers are, and what does nothing."""
    tests = [test for test in report.tests if test.count]
    if not tests:
        return "None of the changes applies to any text."
    first = tests[0]
    if not first.changes:
        return f"No harmless change changes an answer ({count(report.asked, 'changed text')})."
    said = f"{_sentence(first)}: the harmless change that does most. {became(first)}"
    still = [subject(test) for test in tests if not test.changes and test.count >= report.few]
    if still:
        said += f" {_capital(_listed(still))} {'changes' if len(still) == 1 else 'change'} none."
    return said


def basis(report: RobustnessReport) -> str:
    """On how many texts, and how many were asked."""
    on = count(report.looked_at, "text")
    if report.looked_at < report.of:
        on = f"{report.looked_at:,} of {count(report.of, 'text')}, drawn by chance"
    return f"On {on}: {count(report.asked, 'changed text')} answered. A click on a change shows its texts."


def own(test: RobustnessTest) -> str:
    """What a person's own replacement does."""
    if not test.count:
        return f"No text has '{test.replacement.old if test.replacement else ''}' as a whole word."
    return f"{_sentence(test)}. {became(test)}".strip()


def subject(test: RobustnessTest) -> str:
    """What is done to a text, in the middle of a sentence."""
    return _SUBJECTS.get(test.perturbation) or _own(test.replacement)


def became(test: RobustnessTest) -> str:
    """What the changed answers are: whether any was right before, or is now; empty where none changes."""
    kinds = (
        (test.right_to_wrong, "was right and is wrong now", "were right and are wrong now"),
        (test.wrong_to_right, "was wrong and is right now", "were wrong and are right now"),
        (test.wrong_to_wrong, "was wrong and still is", "were wrong and still are"),
        (test.without_label, "has no label", "have no label"),
    )
    parts = [f"{number:,} {one if number == 1 else many}" for number, one, many in kinds if number]
    if test.changes == 1:
        return f"That one {parts[0].removeprefix('1 ')}."
    return f"Of these, {', and '.join(filter(None, (', '.join(parts[:-1]), *parts[-1:])))}." if parts else ""


def row(test: RobustnessTest) -> dict[str, object]:
    """One row of the table of changes that apply to a text: a share of 1, a shift of a probability."""
    return {
        "Change": name(test),
        SHARE: test.rate,
        "95 % interval": interval(test),
        "Answers change": test.changes,
        "Texts": test.count,
        "Right to wrong": test.right_to_wrong,
        "Wrong to right": test.wrong_to_right,
        "Wrong to wrong": test.wrong_to_wrong,
        "No label": test.without_label,
        SHIFT: test.shift,
    }


def heading(test: RobustnessTest) -> str:
    """Above its rows."""
    if not test.changes:
        return f"{name(test)}: no answer changes on {count(test.count, 'text')}"
    return f"{name(test)}: {count(test.changes, 'answer')} of {test.count:,} {_verb(test.changes)}"


def kind(actual: int, before: int, after: int) -> str:
    """What became of one answer, by class numbers: the label's, and the verdicts'."""
    if before == after:
        return "same answer"
    if actual == NO_CLASS:
        return "no label"
    said = ["right" if verdict == actual else "wrong" for verdict in (before, after)]
    return " to ".join(said)


def interval(test: RobustnessTest) -> str:
    """`4.2 to 9.5 %`."""
    return f"{percent(test.low)} to {percentage(test.high)}"


def _sentence(test: RobustnessTest) -> str:
    on = f"{count(test.count, 'text')} (95\u00a0% interval {interval(test)})"
    return f"{_capital(subject(test))} changes the answer of {percentage(test.rate)} of {on}"


def _own(replacement: Replacement | None) -> str:
    return "" if replacement is None else f"'{replacement.old}' replaced by '{replacement.new}'"


def _verb(number: int) -> str:
    return "changes" if number == 1 else "change"


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


def _listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
