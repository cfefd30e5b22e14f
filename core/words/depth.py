"""Where in depth a verdict formed, in plain sentences."""

from __future__ import annotations

from core.results import Lens
from core.words.class_names import readable
from core.words.layers import COUNTED, after, last_of
from core.words.numbers import two_digits
from core.words.verdict import stated

ABOUT = (
    "At each depth the states go through the final norm, the pooler and the head, as if the layers above were not "
    "there. The head was trained on the last layer only: what it says of earlier ones shows when the information is in "
    f"the form it reads, not when it is there at all. {COUNTED}"
)


def decided(result: Lens, label: str) -> str:
    """From which depth the verdict stays; of a regression how the output `label` moves."""
    layers, depth = len(result.verdicts) - 1, result.decided_at
    leader = result.verdicts[-1] if result.has_probabilities else label
    named, k = readable(leader, result.labels), result.labels.index(leader)
    start, end = _value(result, 0, k), f"{_value(result, layers, k)} after {last_of(layers)}"
    if not result.has_probabilities:
        return f"'{named}' goes from {start} at the embeddings to {end}."
    if depth == 0:
        return f"'{named}' is ahead from the start: {start} at the embeddings, {end}."
    before = readable(result.verdicts[depth - 1], result.labels)
    if depth == layers:
        return f"'{named}' is ahead only at the end: {end}. Before it '{before}' was ahead."
    return f"'{named}' is ahead {after(depth)} and stays ahead: {end}. Before it '{before}' was ahead."


def drawn(result: Lens) -> str:
    """What the figure shows, for whom cannot see it."""
    what = "Probability of the leading classes" if result.has_probabilities else "The outputs"
    return f"{what} after each of {len(result.verdicts) - 1} layers"


def checked(result: Lens) -> str:
    """That the last depth is the model itself."""
    within = f" within {two_digits(result.final_difference)}" if result.final_difference else ""
    return f"The last depth equals the model's own {'logits' if result.has_probabilities else 'values'}{within}."


def _value(result: Lens, depth: int, k: int) -> str:
    return stated(float(result.probabilities[depth, k]), float(result.logits[depth, k]))
