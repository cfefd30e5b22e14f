"""What is stored never changes, and its size is known: one walk over plain data."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import is_dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np

_LEAVES = (str, int, float, bytes, bool, type(None), Enum, np.generic)
#: What nearly all parts of a long result are: counted without a closer look.
_FLAT = frozenset((str, int, float, bytes, bool, type(None)))


def make_read_only(value: object) -> int:
    """Make every array in `value` read-only; returns an estimate of its bytes, each object counted once.

    It looks into dataclasses, mappings, tuples, lists and sets. A view counts as what it is a view of.
    """
    total = 0
    seen = {id(value)}
    stack = [value]
    while stack:
        item = stack.pop()
        total += _size(item)
        if isinstance(item, np.ndarray):
            item.setflags(write=False)
        for part in _parts(item):
            if id(part) in seen:
                continue
            seen.add(id(part))
            if type(part) in _FLAT:
                total += sys.getsizeof(part)
            else:
                stack.append(part)
    return total


def _size(item: Any) -> int:
    if isinstance(item, np.ndarray):
        return sys.getsizeof(item) if item.base is None else _owner(item).nbytes
    if isinstance(item, _LEAVES) or is_dataclass(item):
        return sys.getsizeof(item)
    return sys.getsizeof(item) + int(getattr(item, "nbytes", 0))


def _owner(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _parts(item: Any) -> Iterable[Any]:
    if isinstance(item, _LEAVES):
        return ()
    if isinstance(item, (tuple, list, set, frozenset)):
        return item
    if isinstance(item, (dict, MappingProxyType)):
        return [*item.keys(), *item.values()]
    return vars(item).values() if is_dataclass(item) and not isinstance(item, type) else ()
