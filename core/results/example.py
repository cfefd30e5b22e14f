"""What a person may try a pair with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A text to try; `expected` is the class that a person gives it, empty where none is stated.

    `hard`: the catalogue says that a wrong verdict is no surprise.
    """

    text: str
    expected: str = ""
    hard: bool = False
