"""Heads: from a pooled vector to logits, a file each. Their names stand in `core.config.components.HEADS`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import cast

import torch
from torch import nn

from core.config.components import HEADS, HeadType


def build_head(kind: HeadType, hidden_size: int, num_labels: int) -> nn.Module:
    """(B, D) -> (B, K): what `build` makes in the file of that name. Its last parameter has a row a class."""
    assert kind in HEADS, kind
    return cast(nn.Module, import_module(f"{__name__}.{kind}").build(hidden_size, num_labels))


@cache
def head_keys(kind: HeadType) -> tuple[str, ...]:
    """The parameter names of a head below `score`, the one with a row a class at the end."""
    with torch.device("meta"):
        made = build_head(kind, 1, 1)
    return tuple(name for name, _ in made.named_parameters())


def recognise_head(names: Iterable[str]) -> HeadType | None:
    """The head whose last parameter is among these names (below `score`); of several that with more of its own."""
    there = set(names)
    fitting = [kind for kind in HEADS if head_keys(kind)[-1] in there]
    return max(fitting, key=lambda kind: len(there.intersection(head_keys(kind))), default=None)
