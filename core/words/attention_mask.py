"""What reading in both directions changes, in plain sentences."""

from __future__ import annotations

from core.results import MaskEffect
from core.words.class_names import readable
from core.words.verdict import leads, stated

ABOUT = (
    "Under the causal mask a token reads itself and what stands before it; in both directions it also reads what comes "
    "later. The weights are the same. Only one of the two was trained: the other shows how much the model leans on the "
    "order of reading, not how good a model trained that way would be."
)


def reading_ahead(result: MaskEffect, label: str) -> str:
    """What reading in both directions changes."""
    k, named = result.labels.index(label), readable(label, result.labels)
    sides = (result.causal, result.bidirectional)
    before, after = (stated(float(side.probabilities[k]), float(side.logits[k])) for side in sides)
    if not result.has_probabilities:
        return f"Read causally '{named}' is {before}, read in both directions {after}."
    causal, ahead = (readable(side.label, result.labels) for side in sides)
    tail = f"'{named}' has {before} read causally, {after} read in both directions."
    if causal == ahead:
        return f"Read either way {leads(result.causal.label, result.labels)}: {tail}"
    return f"Reading ahead turns '{causal}' into '{ahead}': {tail}"
