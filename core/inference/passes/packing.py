"""Texts end to end in one row of tokens: where each begins, and what its tokens may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import torch
from torch import Tensor


@dataclass(frozen=True)
class Group:
    """Neighbouring texts of one length, which attention takes as a dense batch.

    Attributes:
        texts: their positions among the texts.
        tokens: their positions in the row.
        length: tokens of each.
    """

    texts: slice
    tokens: slice
    length: int

    @property
    def count(self) -> int:
        """How many texts."""
        return int(self.texts.stop - self.texts.start)


class Packing:
    """A row of N tokens that holds B texts. Sort them by length: the fewer groups, the fewer calls.

    Attributes:
        ids: (N,).
        positions: (N,), from 0 in each text.
        last: (B,), where each text ends.
    """

    def __init__(self, rows: Sequence[list[int]]) -> None:
        lengths = [len(row) for row in rows]
        self.ids = torch.tensor([number for row in rows for number in row])
        self.positions = torch.cat([torch.arange(length) for length in lengths])
        self.last = torch.tensor(lengths).cumsum(dim=0) - 1
        self.groups = _groups(lengths)
        self._masks: dict[tuple[int, int], Tensor] = {}

    def visible(self, length: int, causal: bool, window: int | None) -> Tensor | None:
        """Which token (rows) sees which (columns) in a text: (T, T) bool; None where each sees all.

        A causal window of w is a token and the w - 1 before it, a bidirectional one w tokens on either side, as in
        transformers' masks.
        """
        reach = length if window is None else min(window, length)
        if not causal and reach == length:
            return None
        if (length, reach) not in self._masks:
            self._masks[length, reach] = _mask(length, causal, reach)
        return self._masks[length, reach]


def _groups(lengths: Sequence[int]) -> tuple[Group, ...]:
    groups, text, token = [], 0, 0
    for length, members in groupby(lengths):
        count = sum(1 for _ in members)
        groups.append(Group(slice(text, text + count), slice(token, token + count * length), length))
        text, token = text + count, token + count * length
    return tuple(groups)


def _mask(length: int, causal: bool, reach: int) -> Tensor:
    places = torch.arange(length)
    behind = places[:, None] - places
    return (behind >= 0) & (behind < reach) if causal else behind.abs() <= reach
