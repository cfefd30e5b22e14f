"""Weight statistics in words: what was read, what stands out."""

from __future__ import annotations

from collections import Counter

from core.results import WeightReport
from core.words.completeness import compared, lacks, remarks
from core.words.durations import duration
from core.words.numbers import count
from core.words.sizes import size

EXACT = (
    "Types of 16 bits and fewer are counted value by value, so their statistics are exact; wider ones say how exact "
    "they are. Excess kurtosis: how heavy the tails are, 0 for a normal distribution. Near zeros: values of less than "
    "1e-5 in size, zeros among them. Rows and columns of zeros take no part in what the matrix computes."
)
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
    """What is missing, before all else; what was read, whether anything stands out, and whether it is intact."""
    outliers = len(report.outliers)
    stands_out = "one thing stands out" if outliers == 1 else f"{outliers} things stand out" if outliers else ""
    said = f"{len(report.tensors):,} tensors, {count(report.parameters)} values"
    if lacking := lacks(report):
        held = f"{said}: {stands_out}." if stands_out else f"{said} are there."
        return " ".join(filter(None, (lacking, held, _not_finite(report))))
    return f"{said}: {stands_out or 'nothing stands out'}. {_not_finite(report) or _intact(report)}"


def _not_finite(report: WeightReport) -> str:
    """Values that no computation survives; empty where there are none."""
    count = sum(bool(t.nan or t.inf) for t in report.tensors)
    return f"{count:,} of the tensors {'holds' if count == 1 else 'hold'} values that are not finite." if count else ""


def _intact(report: WeightReport) -> str:
    """What was looked at and is as it should be. A file that is cut off is refused before this.

    `Intact` is said where something tells which tensors there should be, and nothing that stands out may be damage.
    """
    looked_at = ", ".join(filter(None, ("read to the end", compared(report), "all values are finite")))
    if any(outlier.damage for outlier in report.outliers):
        said = f"{_capital(looked_at)}; what stands out may be damage."
    elif report.completeness.measure in ("config", "factors"):
        said = f"Intact as far as the files tell: {looked_at}."
    else:
        said = f"{_capital(looked_at)}."
    return " ".join(filter(None, (said, remarks(report))))


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]


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
