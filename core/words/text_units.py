"""What a word or a token of the text is called, on every page, in the report and on the command line."""

from __future__ import annotations

from core.results import Unit


def place(number: int, noun: str = "word") -> str:
    """`word 4`: which of several that read the same."""
    return f"{noun} {number:,}"


def quoted(unit: Unit, number: int | None, noun: str = "word") -> str:
    """`'card'`; `'card' (word 4)` where its number is given, because the same characters stand elsewhere, too."""
    return f"'{unit.text}'" + (f" ({place(number, noun)})" if number is not None else "")
