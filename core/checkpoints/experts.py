"""Which tensors hold many experts, each a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

#: Fields of configs that say how many experts a layer has.
_FIELDS = ("num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts", "num_routed_experts")
#: Parts of names that a stack of experts has: `mlp.experts.gate_up_proj`, `block_sparse_moe.input_linear`.
_NAMED = re.compile(r"(^|[._])(experts?|moe)([._]|$)")


#: A part of one expert in a tensor of its own: `block_sparse_moe.experts.5.w1`.
SINGLE_EXPERT = re.compile(r"(?P<around>(?:.*\.)?experts)\.(?P<number>\d+)\.(?P<module>.+)")


def expert_count(name: str, shape: tuple[int, ...], config: Mapping[str, Any]) -> int | None:
    """How many experts share a tensor; None where it is one matrix, or none at all.

    Three axes are experts where the name says so, or where the first is as long as the config has experts and the name
    is no convolution's. DBRX's experts lie one below the other in two axes, which only its config tells.
    """
    known = set(_stated(config))
    if len(shape) == 3:
        said = bool(_NAMED.search(name)) or (shape[0] in known and "conv" not in name)
        return shape[0] if said and min(shape[1:]) > 1 else None
    if len(shape) == 2 and re.search(r"experts\.mlp\.(w1|v1|w2)$", name):
        return next((n for n in sorted(known, reverse=True) if n > 1 and shape[0] % n == 0), None)
    return None


def _stated(config: Mapping[str, Any]) -> Iterator[int]:
    """Of a config and its parts."""
    for part in (config, *(value for value in config.values() if isinstance(value, dict))):
        for field in _FIELDS:
            value = part.get(field)
            if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                yield value
