"""Which texts go into one forward pass: alike in length, within a budget of tokens."""

from __future__ import annotations

from collections.abc import Sequence

#: A packed pass is at least this part of the budget, however little is left for the workers to share.
SMALLEST_SHARE = 8

#: Tokens of padding that a batch may hold before a new one is begun: beginning one costs about as much.
MAX_PADDING = 32


def plan_batches(lengths: Sequence[int], tokens_per_batch: int, max_padding: int = MAX_PADDING) -> list[list[int]]:
    """Positions grouped by length, longest first; every position stands in exactly one group.

    A group holds at most `tokens_per_batch` tokens, padding included (a longer text goes alone), and at most
    `max_padding` of padding; texts of one length that fill half of the budget stay among themselves, and need no mask.
    Sorting by length and a token budget are worth 2x over fixed batches in the order of arrival.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    batches: list[list[int]] = []
    current: list[int] = []
    longest = real = 0
    for position in order:
        length = lengths[position]
        size = longest * (len(current) + 1)
        padding = size - real - length
        enough_alike = real == longest * len(current) and real >= tokens_per_batch // 2 and length < longest
        if current and (size > tokens_per_batch or padding > max_padding or enough_alike):
            batches.append(current)
            current, real = [], 0
        if not current:
            longest = length
        current.append(position)
        real += length
    if current:
        batches.append(current)
    return batches


def plan_packs(lengths: Sequence[int], tokens_per_batch: int, workers: int) -> list[list[int]]:
    """Positions in rows of at most `tokens_per_batch` tokens (a longer text goes alone), longest first.

    Towards the end the rows become shorter, so that several workers finish together: each row is a share of what is
    left (guided self-scheduling, Polychronopoulos and Kuck 1987).
    """
    packs: list[list[int]] = []
    left, room = sum(lengths), 0
    for position in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not packs or lengths[position] > room:
            share = left if workers == 1 else -(-left // (2 * workers))
            room = min(tokens_per_batch, max(share, tokens_per_batch // SMALLEST_SHARE))
            packs.append([])
        packs[-1].append(position)
        room -= lengths[position]
        left -= lengths[position]
    return packs


def rows_of(length: int, tokens_per_batch: int) -> int:
    """Texts of so many tokens that go into one forward pass; one at least."""
    return max(1, tokens_per_batch // max(1, length))
