"""What quantisation did to a text, in words."""

from __future__ import annotations

from core.results import QuantisationEffect
from core.words.numbers import significant


def effect(result: QuantisationEffect) -> str:
    """The two verdicts, and the largest difference of a logit."""
    moved = f"The largest difference of a logit is {significant(result.largest)}"
    if result.whole.problem_type == "regression":
        return f"{moved}: {result.quantisation} against the whole weights in {result.dtype}."
    if result.same_verdict:
        same = f"Whole weights ({result.dtype}) say '{result.whole.label}' too."
        return f"{same} {moved}."
    return (
        f"With {result.quantisation} the verdict is '{result.quantised.label}', and with whole weights "
        f"({result.dtype}) it is '{result.whole.label}'. {moved}."
    )
