"""Class names as people read them: `card_arrival` is "Card arrival" on every page and in the report.

Files, JSON, links and the command line keep the ids. What an id is called depends on all classes of its model: two
that would read the same keep their ids.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

#: Latin words joined by single underscores, and a sign that ends a sentence.
_ID = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ0-9]+(_[A-Za-zÀ-ÖØ-öø-ɏ0-9]+)*[?!.]?")
#: Between the labels of a verdict that names several, and what stands for none of them.
_AND, _NONE = ", ", "none"
NONE = "none of the labels"

#: How data sets call the class of texts that belong to no other.
_OUTSIDE = {"oos", "ood", "outofscope", "outofdomain", "outside", "noneoftheabove", "noneofthese"}


def is_outside(label: str) -> bool:
    """Whether a class, by its id, is that of texts that belong to no other."""
    return "".join(letter for letter in label.lower() if letter.isalnum()) in _OUTSIDE


def readable(label: str, labels: Sequence[str]) -> str:
    """The name of one of a model's classes, or of a verdict that names several; anything else as it is."""
    names = class_names(tuple(labels))
    if label in names:
        return names[label]
    if label == _NONE and names:
        return NONE
    parts = label.split(_AND)
    return _AND.join(names[part] for part in parts) if all(part in names for part in parts) else label


@lru_cache(maxsize=64)
def class_names(labels: tuple[str, ...]) -> Mapping[str, str]:
    """What each class of a model is called; no two are called the same."""
    names = {label: _name(label) for label in labels}
    count = Counter(names.values())
    return {label: name if count[name] == 1 else label for label, name in names.items()}


def _name(label: str) -> str:
    """Underscores as spaces and a capital first; as it is where that would not read better."""
    if not _ID.fullmatch(label) or not any(letter.islower() for letter in label):
        return label
    first, *rest = label.split("_")
    return " ".join((first[:1].upper() + first[1:] if first == first.lower() else first, *rest))
