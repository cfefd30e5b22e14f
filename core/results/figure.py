"""A number that was measured, with how far it is to be believed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measure with its 95 % interval; `low` and `high` are None where none is stated."""

    value: float
    low: float | None = None
    high: float | None = None
