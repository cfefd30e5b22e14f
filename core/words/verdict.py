"""What a prediction says, in words: how probable, how sure, how much of the text was read."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.results import Prediction
from core.words.numbers import percentage, three_digits


def stated(probability: float, output: float, noun: str = "") -> str:
    """One class's probability, `93.4 %`; where there is none its output, after `noun`."""
    return percentage(probability, absent=f"{noun} {three_digits(output)}".lstrip())


def margin(prediction: Prediction) -> str:
    """The lead of the first class over the second in percentage points, without the unit."""
    return three_digits(100 * prediction.margin)


def entropy(prediction: Prediction) -> tuple[str, str]:
    """The entropy, and the most that so many classes allow: ("0.412", "of 6.27 bits")."""
    most = math.log2(max(1, len(prediction.labels)))
    return three_digits(prediction.entropy), f"of {three_digits(most)} bits"


def tokens_read(prediction: Prediction) -> tuple[str, str]:
    """How many tokens were read, and of how many: ("512", "of 730 read"), ("12", "all read")."""
    read, total = len(prediction.tokens), prediction.total_tokens
    return f"{read:,}", f"of {total:,} read" if prediction.truncated else "all read"


def cut_off(prediction: Prediction) -> str:
    """How much of a text the model read, for one that was cut off."""
    start, end = prediction.kept
    total = len(prediction.text)
    if end - start == total:
        read = f"{len(prediction.tokens):,} of {prediction.total_tokens:,} tokens"
        return f"The model read the whole text, but only {read}: the rest is of the chat template."
    which = "first" if start == 0 else "last"
    return f"The model read only the {which} {end - start:,} of {total:,} characters."


#: What to do about logits that are no numbers.
NOT_FINITE_FIX = (
    "`check` says where in the model values stop being finite, `weights` which tensors hold NaN or infinity; "
    "fetch the files again, or load in bfloat16 or float32."
)


def not_finite(predictions: Sequence[Prediction]) -> str:
    """A sentence on the texts whose logits name no class; empty where there are none."""
    count = sum(not prediction.finite for prediction in predictions)
    if not count:
        return ""
    if len(predictions) == 1:
        return "Its logits are not finite (NaN or infinite), so there is no verdict."
    return f"{count:,} of {len(predictions):,} texts have logits that are not finite (NaN or infinite): no verdict."


def others(count: int) -> str:
    """The classes that are not named, as one: `other (72 classes)`."""
    return f"other ({count} {'class' if count == 1 else 'classes'})"
