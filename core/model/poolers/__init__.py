"""Poolers: from hidden states to one vector, a file each. Their names stand in `core.config.components.POOLERS`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import torch

from core.config.components import POOLERS, PoolerType, pooler_options
from core.model.poolers.pooled import Pooled, Pooler

__all__ = ["Pooled", "Pooler", "build_pooler", "pooler_class", "pooler_keys", "recognise_pooler"]


def pooler_class(name: PoolerType) -> type[Pooler]:
    """The pooler in the file of that name."""
    module = import_module(f"{__name__}.{POOLERS[name].name}")
    own = (c for c in vars(module).values() if isinstance(c, type) and c.__module__ == module.__name__)
    return next(c for c in own if issubclass(c, Pooler))


def build_pooler(name: PoolerType, options: Mapping[str, Any], hidden_size: int) -> Pooler:
    """A pooler with start values; `options` is its `pooler_config`.

    Raises:
        ConfigError: options that this pooler does not have.
    """
    return pooler_class(name).build(hidden_size, **dict(pooler_options(name, dict(options))))


def pooler_keys(name: PoolerType, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of a pooler's parameters: those that an adapter must bring."""
    with torch.device("meta"):
        made = build_pooler(name, options, hidden_size=1)
    return tuple(key for key, _ in made.named_parameters())


def recognise_pooler(shapes: Mapping[str, tuple[int, ...]]) -> tuple[PoolerType, dict[str, Any]] | None:
    """The pooler that has parameters of these names, and what their shapes say of its options; else None."""
    for name in POOLERS:
        options = pooler_class(name).recognise(shapes)
        if options is not None:
            return name, options
    return None
