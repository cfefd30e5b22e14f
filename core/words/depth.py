"""Where in depth a verdict formed, in plain sentences."""

from __future__ import annotations

from core.results import Lens
from core.words.numbers import two_digits

ABOUT = (
    "At each depth the states go through the final norm, the pooler and the head, as if the layers above were not "
    "there. The head was trained on the last layer only: what it says of earlier ones shows when the information is in "
    "the form it reads, not when it is there at all."
)


def depth_name(depth: int) -> str:
    """`embeddings` for 0, `layer 3` for 3."""
    return "embeddings" if depth == 0 else f"layer {depth}"


def decided(result: Lens) -> str:
    """From which depth the verdict stays."""
    layers, depth, label = len(result.verdicts) - 1, result.decided_at, result.verdicts[-1]
    if depth == 0:
        return f"'{label}' leads from the embeddings on: no layer changes it."
    before = result.verdicts[depth - 1]
    if depth == layers:
        return f"'{label}' leads only after the last of {layers} layers; before it, '{before}' did."
    return f"'{label}' leads from layer {depth} of {layers} on; before that, '{before}' did."


def checked(result: Lens) -> str:
    """That the last depth is the model itself."""
    return f"The last depth equals the model's own logits within {two_digits(result.final_difference)}."
