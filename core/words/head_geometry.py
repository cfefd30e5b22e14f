"""Which classes of a head lie close to each other, in a sentence."""

from __future__ import annotations

import math

from core.results import HeadGeometry
from core.words.class_names import readable

ABOUT = (
    "A class's logit is its vector times the pooled text. Two classes whose vectors point the same way rise and fall "
    "together, so a text has to be far along their difference to be told apart. What all vectors have in common moves "
    "every logit alike, and no difference between two of them: "
)
TAKEN_AWAY = "it is taken away first, unless you keep it."
KEPT = "it is kept here, since what would be left of two vectors is always opposite."
HIDDEN = " This head has a layer before its class vectors: the angles are those after that layer."
TWO = "With two classes what they share is kept: without it two vectors are always opposite, whatever the head learnt."
#: The cosine above which two classes are called hard to tell apart: an angle of 60 degrees.
CLOSE = 0.5


def keeps_shared(result: HeadGeometry) -> bool:
    """Whether what all classes share is always kept: of two vectors nothing but their opposition would be left."""
    return len(result.labels) == 2


def closest(result: HeadGeometry, *, shared: bool) -> str:
    """The two classes that are most alike, and whether that is close; `shared` keeps what all vectors share.

    Only without it an angle says how hard two classes are to tell apart.
    """
    shared = shared or keeps_shared(result)
    a, b = result.pairs(shared=shared)[0]
    cosine = float((result.cosines if shared else result.apart)[a, b])
    first, second = (readable(result.labels[k], result.labels) for k in (a, b))
    pair, at = f"'{first}' and '{second}'", f"at cosine {cosine:.2f}, {math.degrees(math.acos(cosine)):.0f} degrees"
    if keeps_shared(result):
        return f"{pair} lie {at}. {TWO}"
    if shared:
        return f"With what all classes share, which moves no difference, the closest are {pair}, {at}."
    if cosine > CLOSE:
        return f"Hard to tell apart: {pair} are the closest pair, {at} (above {CLOSE:g} two classes lie close)."
    return f"No two classes lie close: the closest are {pair}, {at} (above {CLOSE:g} they would; 0 is a right angle)."


def about(result: HeadGeometry) -> str:
    """What class vectors are, what is taken away, and whether this head has a layer before them."""
    return ABOUT + (KEPT if keeps_shared(result) else TAKEN_AWAY) + (HIDDEN if result.hidden else "")
