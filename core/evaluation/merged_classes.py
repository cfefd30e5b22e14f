"""Classes of which one takes in another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def merged(pairs: Iterable[tuple[T, T]]) -> dict[T, T]:
    """Where each class ends up, from merges of one class into another, in their order: later ones go on from earlier.

    A merge that would lead back to where it came from is left out.
    """
    into: dict[T, T] = {}
    for source, target in pairs:
        end = into.get(target, target)
        if end != source:
            into = {other: end if now == source else now for other, now in into.items()} | {source: end}
    return into
