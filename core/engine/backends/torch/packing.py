"""Texts end to end in one row of tokens: where each begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch


@dataclass(frozen=True)
class Group:
    """Neighbouring texts of one length, which a pooler takes as a dense batch.

    Attributes:
        tokens: their positions in the row.
        count: how many they are.
        length: tokens of each.
    """

    tokens: slice
    count: int
    length: int


class Packing:
    """A row of N tokens that holds B texts. Sort them by length: the fewer groups, the fewer calls of a pooler.

    Attributes:
        ids: (N,).
        positions: (N,), from 0 in each text.
        ends: (B,), where each text ends, as an array.
        last: (B,), its last token.
        groups: the texts, length by length.
    """

    def __init__(self, rows: Sequence[list[int]]) -> None:
        lengths = [len(row) for row in rows]
        self.ids = torch.tensor([number for row in rows for number in row])
        self.positions = torch.cat([torch.arange(length) for length in lengths])
        self.ends = np.cumsum(lengths, dtype=np.int64)
        self.last = torch.from_numpy(self.ends) - 1
        self.groups = _groups(lengths)


def _groups(lengths: Sequence[int]) -> tuple[Group, ...]:
    groups, token = [], 0
    for length, members in groupby(lengths):
        count = sum(1 for _ in members)
        groups.append(Group(slice(token, token + count * length), count, length))
        token += count * length
    return tuple(groups)
