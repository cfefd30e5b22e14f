"""What a pooler does, and what it did, in words."""

from __future__ import annotations

from core.results import Pooling
from core.words.numbers import three_digits


def effective_tokens(result: Pooling) -> tuple[str, str]:
    """How many tokens count, effectively, and of how many: ("3.41", "of 12")."""
    return three_digits(result.effective_tokens), f"of {len(result.weights):,}"


def training(trained: bool) -> str:
    """Whether a pooler was trained together with the head."""
    return "trained" if trained else "not trained with this head"
