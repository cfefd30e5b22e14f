"""What quantisation did to a text, in words."""

from __future__ import annotations

from core.results import QuantisationEffect
from core.words.class_names import readable
from core.words.numbers import significant


def effect(result: QuantisationEffect) -> str:
    """The two verdicts, and the largest difference of a logit."""
    if result.whole.problem_type == "regression":
        moved = f"The largest difference of a value is {significant(result.largest)}"
        return f"{moved}: {result.quantisation} against the whole weights in {result.dtype}."
    moved = f"The largest difference of a logit is {significant(result.largest)}"
    whole, quantised = (readable(side.label, side.labels) for side in (result.whole, result.quantised))
    if result.same_verdict:
        return f"Whole weights ({result.dtype}) say '{whole}' too. {moved}."
    return (
        f"With {result.quantisation} it says '{quantised}', and with whole weights ({result.dtype}) '{whole}'. {moved}."
    )
