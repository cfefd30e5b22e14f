"""What the architecture's own sequence classifier pools: measured, since no field of a config says it for all.

The whole head over some states is compared with the head over one vector that a pooler of ours makes of them, and with
a pooler over the head's logits at every position.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, cast

import torch
from torch import Tensor
from transformers import PreTrainedConfig

from core.config.components import POOLERS, PoolerType
from core.model.heads.stock import StockHead
from core.model.poolers import Pooler, build_pooler, pooler_keys
from core.model.stock.config import base_config_class, to_stock

#: Two ways through the same head in float32 differ by no more than this part of the largest logit.
EQUAL = 1e-4
_COUNT = 4


def stock_pooling(config: PreTrainedConfig) -> tuple[PoolerType, bool] | None:
    """What the stock class pools, and whether it does so before its head (the states) or behind it (the logits).

    None where it is none of our poolers without weights: then it is not taken apart.
    """
    kind = base_config_class(type(config))
    measured: tuple[PoolerType, bool] | None = cast(Any, _measured)(kind, to_stock(config).to_json_string(False))
    return measured


@lru_cache(maxsize=64)
def _measured(kind: type[PreTrainedConfig], fields: str) -> tuple[PoolerType, bool] | None:
    """By what it does: equal logits over all of some states, and over one vector of them."""
    config = kind.from_dict(json.loads(fields))
    width = getattr(config.get_text_config(), "hidden_size", None)
    if width is None:
        return None
    with torch.random.fork_rng(devices=[]), torch.inference_mode():
        torch.manual_seed(0)
        head = StockHead(config).to_empty(device="cpu").float().eval()
        for tensor in head.parameters():
            tensor.copy_(torch.randn_like(tensor) / max(tensor.shape[-1], 1) ** 0.5)
        states = torch.randn(2, _COUNT, width)
        try:
            return _equal_pooling(head, states)
        except (RuntimeError, ValueError, TypeError, AttributeError):  # it reads more than states of this width
            return None


def _equal_pooling(head: StockHead, states: Tensor) -> tuple[PoolerType, bool] | None:
    whole, by_token = head.over_states(states), head(states)
    mask = torch.ones(states.shape[:2], dtype=torch.bool)
    plain = {name: build_pooler(name, {}, 1) for name in POOLERS if not pooler_keys(name, {})}
    for before in (True, False):
        for name, pooler in plain.items():
            logits = head(_pooled(pooler, states, mask)) if before else _pooled(pooler, by_token, mask)
            if (logits - whole).abs().max() <= EQUAL * whole.abs().max():
                return name, before
    return None


def _pooled(pooler: Pooler, states: Tensor, mask: Tensor) -> Tensor:
    vectors: Tensor = pooler(states, mask).vectors
    return vectors
