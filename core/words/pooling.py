"""What a pooler does, and what it did, in words."""

from __future__ import annotations

from core.results import Pooling
from core.words.numbers import percent, three_digits


def effective_tokens(result: Pooling) -> tuple[str, str]:
    """How many tokens count, effectively, and of how many: ("3.41", "of 12")."""
    return three_digits(result.effective_tokens), f"of {len(result.weights):,}"


def effective(result: Pooling) -> str:
    """`3.41 effective tokens`."""
    return f"{effective_tokens(result)[0]} effective tokens"


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
