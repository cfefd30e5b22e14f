"""transformers' own sequence classifier around the modules of one of ours: its answer, and its files."""

from __future__ import annotations

import copy
from typing import Any, cast

import torch
from transformers import PreTrainedConfig, PreTrainedModel

from core.config.components import DEFAULT_HEAD, DEFAULT_POOLER, OWN_HEAD
from core.model.classifier import PooledClassifier
from core.model.heads.stock import StockHead
from core.model.pooled_config import parts_of
from core.model.stock.config import to_stock
from core.model.stock.layout import StockLayout, stock_layout
from core.model.stock_pooling import stock_pooling


def stock_equal(model: PooledClassifier) -> StockLayout | None:
    """The stock class that gives the same logits for every text; None where there is none.

    Stock classes know padding by its token. A classifier that reads every token differs from them where texts end in
    that token, as they do when it is the end-of-text token as well.
    """
    config = model.config
    layout = stock_layout(config)
    if layout is None:
        return None
    pooler, head = parts_of(config)
    if (pooler, head) == (DEFAULT_POOLER, DEFAULT_HEAD) and layout.is_linear:
        return layout if _reads_alike(model) else None
    pooling = stock_pooling(config) if head == OWN_HEAD else None
    if pooling == (pooler, not model.pools_logits):
        return layout if pooler != DEFAULT_POOLER or _reads_alike(model) else None
    return None


def as_stock(model: PooledClassifier) -> PreTrainedModel | None:
    """The same weights in the stock class, shared and not copied; None where no stock class gives the same logits."""
    layout = stock_equal(model)
    if layout is None:
        return None
    return with_backbone(layout.model, to_stock(model.config), model)


def _reads_alike(model: PooledClassifier) -> bool:
    text = model.config.get_text_config()
    padding, ignored = text.pad_token_id, getattr(model.pooler, "ignored_token_id", None)
    ends = text.eos_token_id if isinstance(text.eos_token_id, list) else [text.eos_token_id]
    return padding is None or ignored == padding or padding not in ends


def with_backbone(kind: type[PreTrainedModel], config: PreTrainedConfig, parts: PooledClassifier) -> PreTrainedModel:
    """A stock class around the modules of a classifier of ours, which it shares: transformers' own answer.

    `config` is the stock class's; `parts` has the backbone under the family's name and the head as `score`.
    """
    with torch.device("meta"):
        made: PreTrainedModel = cast(Any, kind)(config)
    prefix = kind.base_model_prefix
    held: Any = getattr(parts, parts.base_model_prefix)
    backbone = copy.copy(held)
    backbone._modules = dict(held._modules)
    backbone.config = config
    made._modules[prefix] = backbone
    if not isinstance(parts.score, StockHead):
        made._modules["score"] = parts.score
        return cast(PreTrainedModel, made.train(False))
    for name, module in parts.score.named_children():
        if name != prefix:
            made._modules[name] = module
    for name, module in getattr(parts.score, prefix).named_children():
        vars(backbone).pop(name, None)  # a backbone without its pooling layer has None there
        backbone._modules[name] = module
    return cast(PreTrainedModel, made.train(False))
