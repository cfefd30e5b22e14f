"""What attributions will take, said before anybody waits for them."""

from __future__ import annotations

import time

from core.engine.backends.batching import rows_of
from core.engine.encoding import Encoded
from core.errors import InputError
from core.explain.attributions.faithfulness import SHUFFLES
from core.explain.probe import Probe
from core.results import FRACTIONS, AttributionCost, AttributionOptions, Unit

#: A forward and a backward pass cost about three forward ones.
GRADIENT = 3


def one_batch(probe: Probe, text: Encoded) -> tuple[int, float]:
    """Rows in one batch of this text's length, and the seconds that it takes, forward only."""
    rows = rows_of(len(text.ids), probe.tokens_per_batch)
    start = time.perf_counter()
    probe.logits([text.ids] * rows)
    return rows, time.perf_counter() - start


def attribution_cost(units: tuple[Unit, ...], options: AttributionOptions, batch: tuple[int, float]) -> AttributionCost:
    """What `attribute` will take, from one measured batch: never more passes than it says, fewer when rows are equal.

    Raises:
        InputError: a text of which the model reads special tokens only.
    """
    require_words(units)
    rows, seconds = batch
    rows_by_kind = passes(units, options)
    # What one removal deletes the other keeps: two shortened texts make one whole.
    whole = {
        **rows_by_kind,
        "gradients": GRADIENT * rows_by_kind["gradients"],
        "shortened texts": rows_by_kind["shortened texts"] / 2,
    }
    return AttributionCost(rows_by_kind, rows, seconds, sum(whole.values()) * seconds / rows)


def passes(units: tuple[Unit, ...], options: AttributionOptions) -> dict[str, int]:
    """Rows through the model by kind."""
    methods = options.methods
    gradients = options.steps * ("integrated gradients" in methods) + ("gradient x input" in methods)
    gradients += "contributions" in methods
    orders = len(methods) + SHUFFLES if options.faithful else 0
    return {
        "gradients": gradients,
        "occlusions": len(units) * ("occlusion" in methods),
        "shortened texts": 2 * len(FRACTIONS) * orders,
        "whole texts": 5,
    }


def require_words(units: tuple[Unit, ...]) -> None:
    """Raises InputError where the model reads special tokens only."""
    if all(unit.special for unit in units):
        raise InputError(
            "The model reads nothing of this text but special tokens, so there is no word to attribute to.",
            fix="write some words or digits.",
        )
