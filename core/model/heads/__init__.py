"""Heads: from a pooled vector to logits, a file each. Their names stand in `core.config.components.HEADS`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import cast

import torch
from torch import nn
from transformers import PreTrainedConfig

from core.config.components import HEADS, OWN_HEAD, VALUE_HEAD, VALUE_TYPE, HeadType
from core.model.stock.layout import stock_layout


def build_head(kind: HeadType, hidden_size: int, num_labels: int, config: PreTrainedConfig | None = None) -> nn.Module:
    """(B, D) -> (B, K): what `build` makes in the file of that name. `config` is the classifier's."""
    assert kind in HEADS, kind
    return cast(nn.Module, import_module(f"{__name__}.{kind}").build(hidden_size, num_labels, config))


def head_keys(kind: HeadType, config: PreTrainedConfig | None = None) -> tuple[str, ...]:
    """The parameter names of a head below `score`, the one with a row a class at the end.

    The architecture's own head has others in each architecture: it needs its `config`.
    """
    if kind != OWN_HEAD:
        return _keys(kind)
    layout = stock_layout(config) if config is not None else None
    if layout is None:
        return ()
    return (*(name for name in layout.names if name != layout.rows), layout.rows)


@cache
def _keys(kind: HeadType) -> tuple[str, ...]:
    """Those of a head that is the same everywhere."""
    with torch.device("meta"):
        return tuple(name for name, _ in build_head(kind, 1, 1).named_parameters())


def recognise_head(names: Iterable[str], config: PreTrainedConfig | None = None) -> HeadType | None:
    """The head whose parameter with a row a class is among these names (below `score`).

    Of several that with more of its own. `config` is needed for the architecture's own head.
    """
    there = set(names)
    keys = {kind: head_keys(kind, config) for kind in HEADS}
    fitting = [kind for kind in HEADS if keys[kind] and keys[kind][-1] in there]
    return max(fitting, key=lambda kind: len(there.intersection(keys[kind])), default=None)


def head_key_mapping(kind: HeadType, config: PreTrainedConfig) -> dict[str, str]:
    """Where the tensors of a stored head belong that have other names than ours, as patterns for `from_pretrained`."""
    if kind == VALUE_TYPE:
        return {rf"^{VALUE_HEAD}\.": "score."}
    layout = stock_layout(config) if kind == OWN_HEAD else None
    return {} if layout is None else layout.key_mapping()
