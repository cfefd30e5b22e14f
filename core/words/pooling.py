"""What a pooler does, and what it did, in words."""

from __future__ import annotations

from core.results import Pooling
from core.words.numbers import three_digits

#: What each pooler is, by its name in a config.
POOLERS = {
    "context": "This pooler takes the state of one token, the last: everything the head sees has passed through it.",
    "mean": "This pooler takes every token's state with the same weight; a word of several tokens counts as often.",
    "attention": "This pooler has learned which states to weigh; the weights sum to 1.",
    "gem": "This pooler takes a power mean of each dimension by itself, so a token has no one weight. Shown is its "
    "share of the gradient: how much a small change of that token's state would move the pooled vector.",
}


def effective_tokens(result: Pooling) -> tuple[str, str]:
    """How many tokens count, effectively, and of how many: ("3.41", "of 12")."""
    return three_digits(result.effective_tokens), f"of {len(result.weights):,}"


def training(trained: bool) -> str:
    """Whether a pooler was trained together with the head."""
    return "trained" if trained else "not trained with this head"
