"""A dataset in words: what was brought, and how its labels match the model's classes."""

from __future__ import annotations

from collections.abc import Sequence

from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch, LabelRule

_RULES = {
    LabelRule.NAME: "by name",
    LabelRule.SPELLING: "but for case and punctuation",
    LabelRule.INDEX: "by the number of the class, from 0",
    LabelRule.GIVEN: "as you chose",
}


def brought(summary: DatasetSummary) -> str:
    """The file's name, its size, and how it was read."""
    read = f", read as {summary.encoding}" if summary.encoding else ""
    return (
        f"{summary.name}: {count(summary.rows, 'row')}, {count(len(summary.columns), 'column')}{read}. "
        f"The copy that answers are kept beside stays on this server."
    )


#: What the sample file is.
SAMPLE = "Messages to a bank with labels of 77 intents, written for this app; some hard, off topic or labelled wrong."
#: Of a dataset without a label that is a class.
NOTHING_LABELLED = (
    "No row has a label of this model's, so nothing says which answers are right. Choose the column of the labels on "
    "Evaluate, or bring a labelled dataset."
)
#: Where to go with a model that does not give one class a text.
EVALUATE_MEASURES = "measure it on Evaluate, or choose a classifier of one class a text."


def one_class(problem_type: str) -> str:
    """Why what is about one class a text has nothing to say of a model of this problem."""
    gives = "values" if problem_type == "regression" else "several labels"
    return f"This is about models that give one class a text; this one gives {gives}."


def unfit_sample(matches: Sequence[LabelMatch]) -> str:
    """A warning where fewer than half of the sample's labels are classes of the model; empty otherwise."""
    known = sum(m.class_name is not None for m in matches)
    if 2 * known >= len(matches):
        return ""
    few = "None" if not known else f"Only {known:,}"
    return (
        f"{few} of its {count(len(matches), 'label')} {'is a class' if known < 2 else 'are classes'} of this model: it "
        f"would be answered, not measured. Bring a file with labels of this model, or choose a model of bank intents."
    )


def about(summary: DatasetSummary, request: DatasetRequest) -> str:
    """Which dataset a page is about, in a line."""
    labels = f", labels in '{request.label_column}'" if request.label_column else ", no labels"
    return f"{summary.name}: {count(summary.rows, 'row')}, texts in '{request.text_column}'{labels}."


def matched(matches: Sequence[LabelMatch], *, sets: bool = False) -> str:
    """How many labels are classes of the model, by which rule, and how many rows are left out.

    With `sets` a row may have several labels: those of several unknown ones may be the same rows, and are not counted.
    """
    known = [m for m in matches if m.class_name is not None]
    unknown = [m for m in matches if m.class_name is None]
    rules = [f"{n:,} {says}" for rule, says in _RULES.items() if (n := sum(m.by is rule for m in known))]
    are = "is a class" if len(known) == 1 else "are classes"
    found = f"{len(known):,} of {count(len(matches), 'label')} {are} of this model"
    sentence = f"{found} ({', '.join(rules)})." if rules else f"{found}."
    if not unknown:
        return sentence
    rows, few = sum(m.count for m in unknown), len(unknown) == 1
    named = f"'{unknown[0].written}' is" if few else f"{len(unknown):,} are"
    if sets and not few:
        return f"{sentence} {named} not: rows with one of them will be answered, not measured."
    return f"{sentence} {named} not: {'its' if few else 'their'} {count(rows, 'row')} will be answered, not measured."


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 row`, `3,080 rows`; `plural` is the noun of several, where it does not end in s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
