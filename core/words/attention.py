"""What attention is, what it says here and what it takes, in plain sentences."""

from __future__ import annotations

from core.results import AttentionCost, Floats
from core.words.numbers import percent
from core.words.sizes import size

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
HEAD = "Means over all tokens that read. Effective tokens: exp of the entropy of a row."
#: Rows that sum to less have a sink; above it is rounding.
WHOLE = 0.98
POOLED = (
    "Each row weighed as the pooler weighs that position. Attention says what was looked at, not what decided: the "
    "values that were read and the rest of the network decide what becomes of it."
)


def cost(cost: AttentionCost) -> str:
    """What a capture takes, said before."""
    return (
        f"One layer is captured at a time: {cost.heads} heads of {cost.tokens:,} x {cost.tokens:,} tokens need "
        f"{size(cost.peak)} while it runs (logits and their softmax), of a budget of {size(cost.budget)}; "
        f"{size(cost.kept)} stay. All {cost.layers} layers at once would hold {size(cost.all_layers)}."
    )


def first_took(values: Floats, read: Floats, first: int, name: str, by: str) -> str:
    """How much of the attention the first unit took, over all rows and for the pooled vector.

    values: (U, U), row reads column. read: (U,), what the pooled vector reads. `by` names the units.
    """
    return (
        f"'{name}' takes {percent(float(values[:, first].mean()))} % of the attention of all {by}, and "
        f"{percent(float(read[first]))} % of what the pooled vector reads. A first token that means little is often "
        f"where a head looks when it looks for nothing."
    )


def how_to_read(by: str, least: float, *, picture: bool, block: int) -> str:
    """How to read the matrix of attention; a `picture` has a pixel for each `block` x `block` units.

    `least` is the smallest sum of a row: less than 1 where a model lets attention go to a sink.
    """
    row = "a row sums to 100 %"
    if least < WHOLE:
        row = (
            f"a row sums to less than 100 % (here {percent(least)} % at least): the rest goes to the attention sink, a "
            "number that each head has learned and that is no token (effective tokens and distance leave it out)"
        )
    words = (
        f"A row is who reads, a column who is read; {row}. To a word goes the sum over its tokens, from a word the "
        "mean over its tokens."
    )
    if picture:
        words += f" So many {by} are drawn as a picture: colours in 255 steps."
    if block > 1:
        words += f" Each pixel is the largest of {block} x {block} {by}."
    return words
