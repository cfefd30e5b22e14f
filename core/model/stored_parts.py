"""Pooler and head that a checkpoint brings, by its config and the names of its tensors."""

from __future__ import annotations

from typing import Any

from transformers import PreTrainedConfig

from core.config.components import DEFAULT_HEAD, DEFAULT_POOLER, OWN_HEAD, VALUE_HEAD, HeadType
from core.errors import CheckpointError
from core.files.folders import ModelFolder
from core.model.heads import head_keys, recognise_head
from core.model.stock.layout import StockLayout, stock_class_name, stock_layout
from core.model.stock_pooling import stock_pooling


def stored_head(folder: ModelFolder, stored: PreTrainedConfig) -> tuple[HeadType, int] | None:
    """The kind of the head in a checkpoint, and its number of classes; None when there is none."""
    shapes = {_head_name(name, stored): entry.shape for name, entry in folder.tensors.items()}
    below = {name.removeprefix("score."): shape for name, shape in shapes.items() if name.startswith("score.")}
    kind = recognise_head(below, stored)
    shape = () if kind is None else below[head_keys(kind, stored)[-1]]
    return (kind, shape[0]) if kind is not None and shape else None


def _head_name(name: str, stored: PreTrainedConfig) -> str:
    """As our classifier has it: `classifier.weight` of a BERT -> `score.classifier.weight`."""
    layout = own_layout(stored)
    if name.startswith(VALUE_HEAD + "."):
        return f"score.{name.removeprefix(VALUE_HEAD + '.')}"
    return name if layout is None else layout.ours(name)


def own_layout(stored: PreTrainedConfig) -> StockLayout | None:
    """The head of the architecture's own sequence classifier, where it is more than a linear layer `score`."""
    layout = stock_layout(stored)
    return None if layout is None or layout.is_linear else layout


def parts_in(folder: ModelFolder, stored: PreTrainedConfig) -> dict[str, Any]:
    """Pooler and head of a folder: as it was saved with ours, as its own sequence classifier has them, or the default.

    Raises:
        CheckpointError: a head of the architecture's own that pools in a way that is none of our poolers.
    """
    if "pooler_type" in folder.config or "head_type" in folder.config:
        parts = {name: folder.config.get(name) for name in ("pooler_type", "pooler_config", "head_type")}
        return {name: value for name, value in parts.items() if value is not None}
    head = stored_head(folder, stored)
    if head is not None and head[0] == OWN_HEAD:
        return own_parts(stored)
    return stock_parts(stored) | ({} if head is None else {"head_type": head[0]})


def stock_parts(stored: PreTrainedConfig) -> dict[str, Any]:
    """Last token, linear layer: what transformers gives a decoder. Its padding token is never the last."""
    pad = getattr(stored.get_text_config(), "pad_token_id", None)
    options = {"pre_head_pooling": True, "ignored_token_id": pad if isinstance(pad, int) and pad >= 0 else None}
    return {"pooler_type": DEFAULT_POOLER, "pooler_config": options, "head_type": DEFAULT_HEAD}


def own_parts(stored: PreTrainedConfig) -> dict[str, Any]:
    """Pooler and head of the architecture's own sequence classifier.

    Raises:
        CheckpointError: it pools in a way that is none of our poolers.
    """
    pooling = stock_pooling(stored)
    if pooling is None:
        raise CheckpointError(
            f"The head of '{stored.model_type}' ({stock_class_name(stored)}) cannot be taken over: what it pools is "
            "neither one token of the last states nor their mean.",
            fix="classify with transformers itself, or set head_type to 'vanilla' and train a head.",
        )
    pooler, before = pooling
    options = {} if before else {"pre_head_pooling": False}
    if pooler == DEFAULT_POOLER:
        options = {**stock_parts(stored)["pooler_config"], "pre_head_pooling": before}
    return {"pooler_type": pooler, "pooler_config": options, "head_type": OWN_HEAD}
