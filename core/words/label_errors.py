"""Labels that are likely wrong, in words: how many, by what, and how far to believe it."""

from __future__ import annotations

from core.results.label_errors import LabelErrorReport
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percentage

#: What stands folded on the page.
ABOUT = (
    "Confident learning (Northcutt, Jiang and Chuang 2021): a row is confidently of a class where its probability "
    "reaches the mean probability that rows with that label have. As many rows as are confidently of another class "
    "than their label are listed, those first whose label has the least probability. It is an estimate: where the "
    "model is wrong, a right label is listed, too.",
    "Probabilities have to be of a model that did not learn from the rows. For rows it was trained on, linear heads "
    "are refitted on the pooled vectors of four fifths of them (multinomial logistic regression) and answer the last "
    "fifth.",
    "The nearest rows are those whose pooled vectors have the largest cosine.",
)
#: Where vectors would take too much room.
NO_VECTORS = (
    "The pooled vectors of so many rows are not kept, so no head can be refitted and no nearest rows are shown."
)


def lead(report: LabelErrorReport) -> str:
    """How many labels are likely wrong."""
    found = len(report.places)
    if not found:
        return f"None of {count(report.looked_at, 'label')} looks wrong."
    label, suggested = (readable(report.classes[int(k[0])], report.classes) for k in (report.label, report.suggested))
    return (
        f"{count(found, 'label')} of {report.looked_at:,} {'looks' if found == 1 else 'look'} wrong "
        f"({percentage(found / report.looked_at)}), the likeliest first. The first is labelled '{label}' and reads "
        f"like '{suggested}'."
    )


def basis(report: LabelErrorReport) -> str:
    """Whose probabilities speak."""
    if report.cross_fitted:
        by = "By linear heads that were refitted without the row: these rows may be ones that the model learnt from."
    else:
        by = "By the model's own probabilities, so this holds for rows that it did not learn from."
    return f"{by} Where the model is wrong, a right label is listed, too."


def agreeing(report: LabelErrorReport, i: int, actual: list[int]) -> str:
    """How many of the nearest rows have the suggested label, and how many the given one."""
    return f"{actual.count(int(report.suggested[i]))} / {actual.count(int(report.label[i]))} of {len(actual)}"
