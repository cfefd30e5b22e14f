"""The limits between sure, between two and not sure, and where they come from."""

from __future__ import annotations

from core.results.sureness import FEWEST_TOKENS, FINE_TOKENS_PER_WORD, SurenessThresholds
from core.words.numbers import percentage, three_digits


def thresholds(limits: SurenessThresholds) -> str:
    """Where the limits between the states are, and where they come from."""
    return (
        f"Sure: the first class has {percentage(limits.sure)} or more. Between two: the first two have "
        f"{percentage(limits.two)} together. Not sure: all else, and a text cut into {FEWEST_TOKENS} tokens or more, "
        f"{FINE_TOKENS_PER_WORD:g} or more a word, of less than {three_digits(limits.bytes_per_token)} bytes each. "
        + _origin(limits)
    )


def _origin(limits: SurenessThresholds) -> str:
    if limits.probabilities_on:
        return f"The percentages were measured on {limits.probabilities_on}."
    if not limits.calibrated_on:
        return "These limits are defaults, and not measured for this model."
    if (limits.sure, limits.two) == (SurenessThresholds().sure, SurenessThresholds().two):
        return f"The percentages are defaults; the bytes a token were measured on {limits.calibrated_on}."
    return f"These limits were measured on {limits.calibrated_on}."
