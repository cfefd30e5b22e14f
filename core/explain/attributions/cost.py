"""What attributions will take, said before anybody waits for them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from core.engine.backends.batching import rows_of
from core.engine.encoding import Encoded
from core.errors import InputError, MemoryBudgetError
from core.explain.attributions.embedding_function import gradient_rows, own_weight_bytes
from core.explain.attributions.faithfulness import SHUFFLES
from core.explain.probe import Probe
from core.model.activations import kept_bytes
from core.results import FRACTIONS, AttributionCost, AttributionOptions, Unit
from core.words.sizes import gibibytes

#: A forward and a backward pass cost about three forward ones.
GRADIENT = 3


@dataclass(frozen=True)
class Batch:
    """Rows of a text's length in one batch, the seconds that it takes forward only, and bytes for its gradients."""

    rows: int
    seconds: float
    memory: int = 0


def one_batch(probe: Probe, text: Encoded) -> Batch:
    """Measured, but for the memory."""
    rows = rows_of(len(text.ids), probe.tokens_per_batch)
    start = time.perf_counter()
    probe.logits([text.ids] * rows)
    return Batch(rows, time.perf_counter() - start, gradient_bytes(probe, text))


def gradient_bytes(probe: Probe, text: Encoded) -> int:
    """Weights that are copied, and what is kept for the way back of the rows that go through at once."""
    tokens = len(text.ids)
    return own_weight_bytes(probe) + gradient_rows(probe, tokens) * kept_bytes(probe.backbone, tokens)


def require_gradient_memory(probe: Probe, text: Encoded, options: AttributionOptions, free: int) -> None:
    """Refuse gradients that do not fit.

    Raises:
        MemoryBudgetError: with both numbers.
    """
    needs = gradient_bytes(probe, text)
    if passes((), options)["gradients"] and needs > free:
        raise MemoryBudgetError(
            f"Gradients of {len(text.ids):,} tokens take {gibibytes(needs)}, and {gibibytes(free)} are free.",
            fix="take a shorter text, a method without gradients (occlusion), or unload other candidates.",
        )


def attribution_cost(units: tuple[Unit, ...], options: AttributionOptions, batch: Batch) -> AttributionCost:
    """What `attribute` will take, from one measured batch: never more passes than it says, fewer when rows are equal.

    Raises:
        InputError: a text of which the model reads special tokens only.
    """
    require_words(units)
    rows, seconds = batch.rows, batch.seconds
    rows_by_kind = passes(units, options)
    # What one removal deletes the other keeps: two shortened texts make one whole.
    whole = {
        **rows_by_kind,
        "gradients": GRADIENT * rows_by_kind["gradients"],
        "shortened texts": rows_by_kind["shortened texts"] / 2,
    }
    memory = batch.memory if rows_by_kind["gradients"] else 0
    return AttributionCost(rows_by_kind, rows, seconds, sum(whole.values()) * seconds / rows, memory)


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
