"""What position parts are, and whether they add up, in plain sentences."""

from __future__ import annotations

from core.results import PositionParts
from core.words.numbers import signed, three_digits, two_digits

#: What position parts are, and what they are not.
ABOUT = (
    "A contribution is the share of one position in the logit of a class: how the finished state at that position, "
    "pooled and multiplied with the head, adds to it. It is a split over positions after the backbone, where every "
    "state already holds what it read from others. It does not say which words caused the verdict: for that, take "
    "words away (Attributions, Two texts)."
)

NO_CAUSES = (
    "A split over positions after the backbone, where every state already holds what it read from others: no statement "
    "about causes among words."
)


def whole(result: PositionParts, label: str, noun: str = "logit") -> str:
    """That the parts make the logit (or what `noun` calls it), with the numbers; or by how much they don't."""
    k = result.labels.index(label)
    total, logit, gap = float(result.sums[k]), float(result.logits[k]), float(result.gaps[k])
    if result.exact:
        return (
            f"Exact: the parts sum to {exactly(total)}, the model's {noun} is {exactly(logit)}, "
            f"the difference {two_digits(gap)}."
        )
    return (
        f"Not exact: the head is not linear, so the parts sum to {three_digits(total)} where the model's {noun} is "
        f"{three_digits(logit)}; the gap of {signed(gap)} belongs to no position."
    )


def kind(exact: bool) -> str:
    """Whether the parts sum to the logit by the form of the model."""
    return "exact" if exact else "linearisation, not exact"


def remainder(exact: bool) -> str:
    """What the difference between sum and logit is."""
    return "rounding" if exact else "gap of the linearisation"


def exactly(value: float) -> str:
    """A logit with all the digits that float32 gives."""
    return f"{value:.5f}"
