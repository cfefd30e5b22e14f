"""Numbers as people read them: three significant digits, binary sizes, short counts."""

from __future__ import annotations

import math

_SIZES = ("B", "KiB", "MiB", "GiB", "TiB")
_COUNTS = ((1e9, "billion"), (1e6, "million"))


def three_digits(value: float) -> str:
    """Three significant digits: 0.934, 0.0410, 12.3, 1,230, 1.23e-07; `nan` where there is no number."""
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "0"
    rounded = float(f"{value:.2e}")
    exponent = math.floor(math.log10(abs(rounded)))
    if not -5 < exponent < 6:
        return f"{value:.2e}"
    return f"{rounded:,.{max(0, 2 - exponent)}f}"


def percent(probability: float) -> str:
    """A probability in percent with one decimal, so that a column of them lines up.

    What would round to 0 or 100 is said as a bound: certainty is never claimed where there is none.
    """
    value = 100 * probability
    if 0 < value < 0.05:
        return "< 0.1"
    if 99.95 <= value < 100:
        return "> 99.9"
    return f"{value:.1f}"


def size(count: float) -> str:
    """Bytes in binary units, three significant digits: 4.31 MiB."""
    step = 0
    while count >= 1000 and step < len(_SIZES) - 1:
        count /= 1024
        step += 1
    return f"{three_digits(count) if step else round(count)} {_SIZES[step]}"


def count(number: int) -> str:
    """A parameter count in words: 1.13 million, 9.24 billion."""
    for unit, name in _COUNTS:
        if number >= unit:
            return f"{three_digits(number / unit)} {name}"
    return f"{number:,}"


def duration(seconds: float) -> tuple[str, str]:
    """A time and its unit: ("8.31", "ms")."""
    return (three_digits(seconds), "s") if seconds >= 1 else (three_digits(1000 * seconds), "ms")
