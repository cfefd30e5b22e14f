"""Numbers as people read them: three significant digits, percents, counts, small differences."""

from __future__ import annotations

import math

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


def significant(value: float | None) -> str:
    """A cell of a table: three significant digits, an integer in full, an en dash where there is no number."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,}" if isinstance(value, int) else three_digits(value)


def percent(probability: float) -> str:
    """A probability in percent with one decimal and no sign, so that a column of them lines up.

    What would round to 0 or 100 is said as a bound: certainty is never claimed where there is none.
    """
    value = 100 * probability
    if 0 < value < 0.05:
        return "< 0.1"
    if 99.95 <= value < 100:
        return "> 99.9"
    return f"{value:.1f}"


def percentage(share: float, absent: str = "none") -> str:
    """`93.4 %`, with a space at which no line ends; `absent` where there is no number."""
    return f"{percent(share)}\u00a0%" if share == share else absent


def points(change: float) -> str:
    """A change of a probability in percentage points, one decimal, always signed: `+62.1`, `-3.4`; `0` for none.

    One that would round to 0 is said as a bound, as in `percent`: `< +0.1`, `> -0.1`.
    """
    value = 100 * change
    if value != value:
        return "–"
    if value == 0:
        return "0"
    if abs(value) < 0.05:
        return "< +0.1" if value > 0 else "> -0.1"
    return f"{value:+.1f}"


def signed(value: float) -> str:
    """A change or a share in three significant digits, always signed: `+0.583`, `-12.3`; `0` for none."""
    return three_digits(value) if value <= 0 or value != value else f"+{three_digits(value)}"


def change(share: float) -> str:
    """A relative change, which may be tiny or large: two or three significant digits, `4.1 %`, `0.0034 %`, `140 %`."""
    value = 100 * share
    if value == 0 or not math.isfinite(value):
        return f"{value:g} %"
    digits = max(0, 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f} %" if digits <= 6 else f"{value:.1e} %"


def count(number: int) -> str:
    """A parameter count in words: 1.13 million, 9.24 billion."""
    for unit, name in _COUNTS:
        if number >= unit:
            return f"{three_digits(number / unit)} {name}"
    return f"{number:,}"


def two_digits(value: float) -> str:
    """The size of a small difference in two significant digits: `2.3e-07`, `0.80`; `0` where there is none."""
    size = abs(value)
    if size == 0:
        return "0"
    if not 1e-3 <= size < 100:
        return f"{size:.1e}"
    return f"{size:.{max(0, 1 - math.floor(math.log10(float(f'{size:.1e}'))))}f}"
