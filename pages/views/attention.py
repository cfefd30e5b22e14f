"""Attention in facts: the numbers of one head, and how its matrix is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from core.figures.attention import NUMBERS, block, visible
from core.results import AttentionOverview, Floats, Unit
from core.words import attention as words
from core.words.numbers import percent, three_digits


def numbers_of(result: AttentionOverview, layer: int, head: int) -> list[tuple[str, str, str]]:
    """The numbers of one head."""
    rows = []
    for measure, values in result.values.items():
        value = float(values[layer - 1, head - 1])
        tokens = measure in ("effective tokens", "distance")
        rows.append((words.MEASURED[measure], *((three_digits(value), "tokens") if tokens else (percent(value), "%"))))
    return rows


def largest(values: Floats, hidden: int | None) -> float:
    """The number at the end of the colours; 0 when the only column is hidden."""
    shown = visible(values, hidden)
    return float(shown[shown == shown].max(initial=0.0))


def reading(units: Sequence[Unit], by: str) -> str:
    """How to read the matrix."""
    return words.reading(by, picture=len(units) > NUMBERS, block=block(len(units)))
