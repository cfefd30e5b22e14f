"""What attention is, and what it says here, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from core.figures.attention import NUMBERS, block, visible
from core.results import AttentionOverview, Floats, Unit
from pages.ui.numbers import percent, three_digits

#: The measures of a head as titles.
MEASURED = {
    "effective tokens": "Effective tokens read",
    "first token": "Share on the first token",
    "token before": "Share on the token before",
    "itself": "Share on itself",
    "distance": "Distance in tokens",
}
ROLLOUT = (
    "Attention rollout (Abnar and Zuidema 2020): in each layer the mean of the heads and, in equal parts, the residual "
    "stream, multiplied from layer to layer. It says where information can flow, not what the layers make of it."
)
POOLED = (
    "Each row weighed as the pooler weighs that position. Attention says what was looked at, not what decided: the "
    "values that were read and the rest of the network decide what becomes of it."
)


def numbers_of(found: AttentionOverview, layer: int, head: int) -> list[tuple[str, str, str]]:
    """The numbers of one head."""
    rows = []
    for measure, values in found.values.items():
        value = float(values[layer - 1, head - 1])
        tokens = measure in ("effective tokens", "distance")
        rows.append((MEASURED[measure], *((three_digits(value), "tokens") if tokens else (percent(value), "%"))))
    return rows


def first_took(values: Floats, read: Floats, first: int, name: str, by: str) -> str:
    """How much of the attention the first unit took, over all rows and for the pooled vector."""
    return (
        f"'{name}' takes {percent(float(values[:, first].mean()))} % of the attention of all {by}, and "
        f"{percent(float(read[first]))} % of what the pooled vector reads. A first token that means little is often "
        f"where a head looks when it looks for nothing."
    )


def largest(values: Floats, hidden: int | None) -> float:
    """The number at the end of the colours; 0 when the only column is hidden."""
    shown = visible(values, hidden)
    return float(shown[shown == shown].max(initial=0.0))


def reading(units: Sequence[Unit], by: str) -> str:
    """How to read the matrix."""
    words = (
        "A row is who reads, a column who is read; a row sums to 100 %. To a word goes the sum over its tokens, from a "
        "word the mean over its tokens."
    )
    size = block(len(units))
    if len(units) > NUMBERS:
        words += f" So many {by} are drawn as a picture: colours in 255 steps."
    if size > 1:
        words += f" Each pixel is the largest of {size} x {size} {by}."
    return words
