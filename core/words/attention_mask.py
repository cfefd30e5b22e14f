"""What reading in both directions changes, in plain sentences."""

from __future__ import annotations

from core.results import MaskEffect
from core.words.verdict import stated

ABOUT = (
    "Under the causal mask a token reads itself and what stands before it; in both directions it also reads what comes "
    "later. The weights are the same. Only one of the two was trained: the other shows how much the model leans on the "
    "order of reading, not how good a model trained that way would be."
)


def reading_ahead(result: MaskEffect, label: str) -> str:
    """What reading in both directions changes."""
    k = result.labels.index(label)
    before, after = (
        stated(float(side.probabilities[k]), float(side.logits[k]), "output")
        for side in (result.causal, result.bidirectional)
    )
    moved = float(result.bidirectional.logits[k] - result.causal.logits[k])
    tail = f"'{label}' goes from {before} to {after}, its logit by {moved:+.2f}."
    if len(result.labels) == 1:
        return f"Read causally it gives {before}, read in both directions {after}."
    if result.causal.label == result.bidirectional.label:
        return f"The verdict is '{result.causal.label}' under both masks. Reading ahead, {tail}"
    return (
        f"Read causally the verdict is '{result.causal.label}', "
        f"in both directions '{result.bidirectional.label}': {tail}"
    )
