"""The words with the largest parts, as bars to both sides. HTML; colours come from the page's style."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.figures.markup import text
from core.results import Floats, Unit
from core.results.text_units import telling_numbers
from core.words.numbers import signed
from core.words.text_units import place


def ranking(
    units: Sequence[Unit],
    values: Floats,
    noun: str = "word",
    *,
    most: int = 6,
    beside: Sequence[tuple[str, float]] = (),
    total: tuple[str, float] | None = None,
) -> str:
    """The largest by size, and what all others add up to; signed, so that the column sums to the whole.

    Args:
        units: words or tokens, special ones included.
        values: a part for each, in logits.
        noun: what one of them is called.
        most: how many get a row of their own.
        beside: more rows by name, behind the units; each has its bar.
        total: what all rows add up to, by name, in a row at the end.
    """
    order = [int(i) for i in np.argsort(-np.abs(values), kind="stable")]
    shown, rest = order[:most], order[most:]
    numbers = telling_numbers(units)
    rows = [(_named(units[i], numbers[i], noun), float(values[i]), False) for i in shown]
    if rest:
        plural = "" if len(rest) == 1 else "s"
        rows.append((text(f"{len(rest)} other {noun}{plural}"), float(values[rest].sum()), True))
    rows += [(text(name), value, False) for name, value in beside]
    sizes = [*(abs(float(values[i])) for i in shown), *(abs(value) for _, value in beside)]
    largest = max(sizes, default=0.0) or 1.0
    lines = [_row(*row, largest) for row in rows]
    return f'<ol class="hl-signed">{"".join(lines)}{_total(*total) if total else ""}</ol>'


def _named(unit: Unit, number: int | None, noun: str) -> str:
    """The unit; with its number when the same characters stand elsewhere too."""
    return text(unit.text) + (f" <small>{place(number, noun)}</small>" if number is not None else "")


def _total(name: str, value: float) -> str:
    """The last row, without a bar."""
    return (
        f'<li class="hl-total"><span class="hl-name">{text(name)}</span><span></span>'
        f'<span class="hl-number">{signed(value)}</span></li>'
    )


def _row(name: str, value: float, other: bool, largest: float) -> str:
    """One row; what the others add up to has no bar, which would dwarf theirs."""
    width = 0.0 if other else 50 * abs(value) / largest
    side = f"left:{50 - width:.2f}%" if value < 0 else "left:50%"
    colour = "minus" if value < 0 else "plus"
    bar = "" if other else f'<i style="{side};width:{width:.2f}%;background:var(--hl-{colour})"></i>'
    return (
        f'<li{" class=hl-other" if other else ""}><span class="hl-name">{name}</span>'
        f'<span class="{"" if other else "hl-both"}">{bar}</span><span class="hl-number">{signed(value)}</span></li>'
    )
