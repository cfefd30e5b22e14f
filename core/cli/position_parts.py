"""What `explain --at pooler` says: the split of a logit over the positions that the pooler reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.cli.output import print_table, say
from core.results import Floats, PositionParts, Unit, by_unit
from core.words import position_parts as words
from core.words.numbers import signed, three_digits, two_digits


def document(result: PositionParts, label: str) -> dict[str, Any]:
    """The parts of one class; a head with a bias that belongs to no position has it in the gap."""
    k = result.labels.index(label)
    return {
        "at": "pooler",
        "exact": result.exact,
        "method": result.method,
        "why_not": None,
        "contributions": result.values[k].tolist(),
        "bias": 0.0,
        "sum": float(result.sums[k]),
        "drift": None,
    }


def tell(result: PositionParts, label: str, units: tuple[Unit, ...], weights: Floats, meaning: str) -> None:
    """The split of the logit, and what it adds up to."""
    k = result.labels.index(label)
    parts = by_unit(result.of(label), units)
    rows = [
        (unit.text, signed(float(part)), three_digits(float(weight)))
        for unit, part, weight in zip(units, parts, weights, strict=True)
    ]
    print_table(("word", f"part of {label} at the pooler", meaning), rows)
    sums = (words.exactly(result.sums[k]), words.exactly(result.logits[k]), two_digits(float(result.gaps[k])))
    print_table((f"sum for {label}", "logit by the model", "difference", "how"), [(*sums, words.kind(result.exact))])
    if np.count_nonzero(parts) == 1 < len(rows):
        say("The pooler reads one token: what other words did is in its state. --at input takes them apart.")
