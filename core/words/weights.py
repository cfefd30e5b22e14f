"""Weight statistics in words: what was read, what stands out."""

from __future__ import annotations

from collections import Counter

from core.results import WeightReport
from core.results.weights import gaps
from core.words.durations import duration
from core.words.numbers import count
from core.words.sizes import size

EXACT = (
    "Types of 16 bits and fewer are counted value by value, so their statistics are exact; wider ones say how exact "
    "they are. Excess kurtosis: how heavy the tails are, 0 for a normal distribution. Near zeros: values of less than "
    "1e-5 in size, zeros among them. Rows and columns of zeros take no part in what the matrix computes."
)
#: Missing modules that a sentence names.
_NAMED = 4
#: How the note of a tensor begins whose numbers were made of codes and scales.
DEQUANTISED = "Dequantised from"
#: The statistics of a tensor, with what they are.
STATISTICS = {
    "std": "Standard deviation",
    "norm": "Norm (Frobenius)",
    "mean": "Mean",
    "min": "Smallest value",
    "max": "Largest value",
    "kurtosis": "Excess kurtosis",
    "q01": "1 % quantile",
    "q50": "Median",
    "q99": "99 % quantile",
    "zeros": "Zeros",
    "near_zeros": "Near zeros (|w| < 1e-5)",
    "dead_rows": "Rows of zeros",
    "dead_columns": "Columns of zeros",
    "nan": "NaN",
    "inf": "Infinite values",
    "count": "Number of values",
}


def read(report: WeightReport) -> str:
    """What was read, whether it is intact, and whether anything stands out."""
    outliers = len(report.outliers)
    one_or_more = "one thing stands out" if outliers == 1 else f"{outliers} things stand out"
    seen = one_or_more if outliers else "nothing stands out"
    return f"{len(report.tensors):,} tensors, {count(report.parameters)} values: {seen}. {_intact(report)}"


def _intact(report: WeightReport) -> str:
    """A file that is cut off is refused before this; what is left is values that no computation survives."""
    not_finite = sum(bool(t.nan or t.inf) for t in report.tensors)
    if not_finite:
        return f"{not_finite:,} of the tensors {'holds' if not_finite == 1 else 'hold'} values that are not finite."
    lacking = gaps(report)
    if lacking:
        stack, layer, modules = lacking[0]
        where = f"Layer {layer}{f' of the {stack}' if stack else ''}"
        named = ", ".join(modules[:_NAMED]) + (f" and {len(modules) - _NAMED} more" if len(modules) > _NAMED else "")
        more = len(lacking) - 1
        others = f", and {more} more {'layer lacks' if more == 1 else 'layers lack'} some" if more else ""
        return f"{where} lacks what most layers have: {named}{others}."
    return "Intact as far as the files tell: read to the end, no layer lacks what others have, all values are finite."


def apart(report: WeightReport) -> str:
    """What is no weight as it stands: dequantised, packed, or belonging to codes; empty where all are weights."""
    roles = Counter(t.role for t in report.tensors)
    dequantised = sum(t.role == "weight" and t.note.startswith(DEQUANTISED) for t in report.tensors)
    sentences = []
    if dequantised:
        sentences.append(f"{_tensors(dequantised)} quantised: the statistics are of code times scale.")
    if roles["codes"]:
        sentences.append(
            f"{_tensors(roles['codes'])} packed codes of quantised weights ({size(report.packed_bytes)}), counted "
            "apart: there are no statistics of weights in them."
        )
    if roles["scales"]:
        sentences.append(f"{_tensors(roles['scales'])} scales and the like, which are no weights of their own.")
    return " ".join(sentences)


def _tensors(count: int) -> str:
    return "1 tensor is" if count == 1 else f"{count:,} tensors are"


def cost(report: WeightReport) -> str:
    """What reading took."""
    return f"{size(report.bytes)} read in {duration(report.seconds)}, without loading the model."
