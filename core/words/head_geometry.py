"""Which classes a head can hardly tell apart, in a sentence."""

from __future__ import annotations

from core.results import HeadGeometry
from core.words.class_names import readable

ABOUT = (
    "A class's logit is its vector times the pooled text. Two classes whose vectors point the same way rise and fall "
    "together, so a text has to be far along their difference to be told apart. What all vectors have in common moves "
    "every logit alike and no probability: it is taken away first, unless you keep it."
)
HIDDEN = " This head has a layer before its class vectors: the angles are those after that layer."


def closest(result: HeadGeometry, *, shared: bool) -> str:
    """The two classes that are most alike; `shared` keeps what all class vectors have in common."""
    a, b = result.pairs(shared=shared)[0]
    cosine = float((result.cosines if shared else result.apart)[a, b])
    first, second = (readable(result.labels[k], result.labels) for k in (a, b))
    return f"Hardest to tell apart: '{first}' and '{second}', cosine {cosine:.2f}."


def about(result: HeadGeometry) -> str:
    """What class vectors are, and whether this head has a layer before them."""
    return ABOUT + (HIDDEN if result.hidden else "")
