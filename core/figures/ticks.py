"""Ticks of axes: whole powers of ten on a logarithmic one, a sign before every change but 0."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

#: Ticks of an axis, about.
MOST = 6


def powers_of_ten(values: Iterable[float]) -> dict[str, Any]:
    """A logarithmic axis over values above 0, from the power of ten below them to that above, with a tick on each.

    Of many powers every second, third ... has one.
    """
    known = [value for value in values if value > 0 and math.isfinite(value)]
    low = math.floor(math.log10(min(known, default=1.0)))
    high = max(math.ceil(math.log10(max(known, default=1.0))), low + 1)
    step = -(-(high - low) // MOST)
    powers = range(low, high + 1, step)
    return {
        "type": "log",
        "range": [low, high],
        "tickmode": "array",
        "tickvals": [10.0**power for power in powers],
        "ticktext": [power_of_ten(power) for power in powers],
    }


def power_of_ten(power: int) -> str:
    """`0.001` to `1,000` as they are, others as `10<sup>-6</sup>`."""
    return f"{10.0**power:,g}" if -4 < power < 4 else f"10<sup>{power}</sup>"


def signed_ticks(values: Iterable[float]) -> dict[str, Any]:
    """Ticks from the least of these changes (or 0) to the largest, at 1, 2 or 5 times a power of ten."""
    known = [0.0, *(value for value in values if math.isfinite(value))]
    low, high = min(known), max(known)
    if low == high:
        return {"tickmode": "array", "tickvals": [0.0], "ticktext": ["0"]}
    step = step_of(high - low)
    places = [step * i for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    words = ["0" if place == 0 else f"{place:+.6g}" for place in places]
    return {"tickmode": "array", "tickvals": places, "ticktext": words}


def step_of(span: float) -> float:
    """1, 2 or 5 times a power of ten, for three to six steps in a span."""
    power = 10.0 ** math.floor(math.log10(span / 3))
    return max(step * power for step in (1, 2, 5) if step * power <= span / 3)
