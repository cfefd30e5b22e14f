"""What a pooler does, and what it did, in words."""

from __future__ import annotations

from core.results import Pooling
from core.words.numbers import percent, three_digits

#: From this share of the tokens on the weights are called nearly even; exactly even is what mean pooling does.
_EVEN, _ROUNDING = 0.9, 1e-3


def effective_tokens(result: Pooling) -> tuple[str, str]:
    """How many tokens count, effectively, and of how many: ("3.41", "of 12")."""
    return three_digits(result.effective_tokens), f"of {len(result.weights):,}"


def effective(result: Pooling) -> str:
    """`3.41 effective tokens`."""
    return f"{effective_tokens(result)[0]} effective tokens"


def lead(result: Pooling) -> str:
    """What the pooler does; and that it hardly told the tokens of this text apart, where that is so."""
    even = _EVEN * len(result.weights) <= result.effective_tokens < len(result.weights) - _ROUNDING
    return f"{result.says} In this text they are nearly even: {weighed(result)}" if even else result.says


def clamped(result: Pooling) -> tuple[str, str] | None:
    """How many hidden values were clamped: ("1.2", "% of dimensions"); None where a pooler clamps none."""
    return None if result.clamped_share is None else (percent(result.clamped_share), "% of dimensions")


def weighed(result: Pooling) -> str:
    """How many tokens count, effectively, and how much was clamped, in a sentence or two."""
    sentence = f"{effective(result)} {effective_tokens(result)[1]}."
    share = clamped(result)
    return sentence if share is None else f"{sentence} {' '.join(share)} are clamped."


def training(trained: bool) -> str:
    """Whether a pooler was trained together with the head."""
    return "trained" if trained else "not trained with this head"
