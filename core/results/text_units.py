"""A text cut into what a person reads: words, and tokens with whole characters."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.results.arrays import Floats
from core.results.verdict import Prediction, TokenKind

By = Literal["words", "tokens"]


@dataclass(frozen=True)
class Unit:
    """A piece of the text that is shown and counted as one: a word, or a token with all of its characters.

    Attributes:
        text: `original[start:end]`; the name of a token which covers nothing.
        tokens: positions of the tokens that make it up, in order; never empty.
        kind: of its tokens.
    """

    text: str
    start: int
    end: int
    tokens: tuple[int, ...]
    kind: TokenKind = "text"

    @property
    def special(self) -> bool:
        """Whether it is no part of the text, and cannot be taken away: a special token, or one of a chat template."""
        return self.kind != "text"


@dataclass(frozen=True)
class Reading:
    """A prediction with the text cut into words and into tokens.

    `words` and `pieces` partition the token positions: each token belongs to exactly one unit of either.
    A piece is one token, or several that share characters (the bytes of an emoji).
    """

    prediction: Prediction
    words: tuple[Unit, ...]
    pieces: tuple[Unit, ...]


def unit_numbers(units: Sequence[Unit]) -> list[int | None]:
    """(U,) the number of each unit of the text, from 1 in its order, of what was read of it.

    None of special tokens and those of a chat template: they are not counted, and go by their names.
    """
    count = itertools.count(1)
    return [None if unit.special else next(count) for unit in units]


def telling_numbers(units: Sequence[Unit]) -> list[int | None]:
    """(U,) the number of each unit whose characters stand elsewhere in the text, too; None of all others."""
    counts = Counter(unit.text for unit in units if not unit.special)
    numbers = unit_numbers(units)
    return [number if counts[unit.text] > 1 else None for unit, number in zip(units, numbers, strict=True)]


def by_unit(values: Floats, units: tuple[Unit, ...]) -> Floats:
    """(..., T) values of tokens -> (..., U), summed within each unit."""
    return np.stack([values[..., list(unit.tokens)].sum(axis=-1) for unit in units], axis=-1)
