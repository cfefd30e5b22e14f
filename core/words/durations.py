"""Times as people read them."""

from __future__ import annotations

from core.words.numbers import three_digits


def parts(seconds: float) -> tuple[str, str]:
    """A time and its unit: ("8.31", "ms")."""
    return (three_digits(seconds), "s") if seconds >= 1 else (three_digits(1000 * seconds), "ms")


def duration(seconds: float) -> str:
    """`8.31 ms`, `1.50 s`."""
    return " ".join(parts(seconds))
