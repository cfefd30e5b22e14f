"""Where the head of an architecture's own sequence classifier is: its modules and the names of its weights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

import torch
from transformers import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING, PreTrainedConfig, PreTrainedModel

from core.model.stock.config import base_config_class, to_stock

#: What a backbone has between its states and its pooled output: BERT's `pooler`, and ALBERT's activation behind it.
POOLING_MODULES = ("pooler", "pooler_activation", "activation")
#: A number of classes that no other size of a model is likely to be: it tells which weight has a row a class.
_CLASSES = 7919


@dataclass(frozen=True)
class StockLayout:
    """The head of a family's own sequence classifier.

    Attributes:
        model: transformers' class.
        backbone: the class of its backbone, which may be another than `AutoModel`'s (Funnel).
        names: parameters of the head as that class has them, those of the backbone's own pooling layer included
            (`bert.pooler.dense.weight`, `classifier.weight`, ...).
        rows: the one of `names` with a row a class.
    """

    model: type[PreTrainedModel]
    backbone: type[PreTrainedModel]
    names: tuple[str, ...]
    rows: str

    @property
    def is_linear(self) -> bool:
        """Whether the head is one linear layer `score` over the last token, as most decoders have: our `vanilla`."""
        return self.names == ("score.weight",)

    @property
    def roots(self) -> tuple[str, ...]:
        """The modules of the head: `classifier`, `pre_classifier`, `bert.pooler` ..."""
        prefix = self.model.base_model_prefix + "."
        depth = {name: 2 if name.startswith(prefix) else 1 for name in self.names}
        return tuple(dict.fromkeys(".".join(name.split(".")[: depth[name]]) for name in self.names))

    def ours(self, name: str) -> str:
        """The name in our classifier of a tensor of the stock class: `classifier.weight` -> `score.classifier.weight`.

        The pooling layer of a bare backbone's own file (`pooler.dense.weight`) is known, too.
        """
        prefix = self.model.base_model_prefix + "."
        for root in self.roots:
            if name.startswith(root + "."):
                return f"score.{name}"
        for root in self.roots:
            if root.startswith(prefix) and name.startswith(root.removeprefix(prefix) + "."):
                return f"score.{prefix}{name}"
        return name

    def key_mapping(self) -> dict[str, str]:
        """The same as patterns, for `from_pretrained`, which turns them round when it saves."""
        prefix = self.model.base_model_prefix + "."
        inside = {root.removeprefix(prefix): root for root in self.roots if root.startswith(prefix)}
        named = {name: root for name, root in inside.items() if name not in self.roots} | {r: r for r in self.roots}
        return {rf"^{re.escape(name)}\.": f"score.{root}." for name, root in named.items()}


def stock_class(config: PreTrainedConfig) -> type[PreTrainedModel] | None:
    """transformers' sequence classifier of a family; None where it has none, or one of two stacks."""
    kind = base_config_class(type(config))
    if config.is_encoder_decoder or kind not in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING:
        return None
    result: Any = MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING[kind]
    return cast(type[PreTrainedModel], result[0] if isinstance(result, list | tuple) else result)


def stock_class_name(config: PreTrainedConfig) -> str:
    """`BertForSequenceClassification`, for messages; empty where there is none."""
    kind = stock_class(config)
    return "" if kind is None else kind.__name__


_LAYOUTS: dict[type[PreTrainedModel], StockLayout | None] = {}


def stock_layout(config: PreTrainedConfig) -> StockLayout | None:
    """The head of a config's stock class; None where there is none, or none on a backbone of its own."""
    kind = stock_class(config)
    if kind is None:
        return None
    if kind not in _LAYOUTS:
        _LAYOUTS[kind] = _layout(kind, config)
    return _LAYOUTS[kind]


def _layout(kind: type[PreTrainedModel], config: PreTrainedConfig) -> StockLayout | None:
    counted = to_stock(config)
    counted.num_labels = _CLASSES
    try:
        with torch.device("meta"):
            model = kind(counted)
    except Exception:  # a class that needs a library or a field that is not here: its head cannot be known
        return None
    backbone = getattr(model, kind.base_model_prefix, None)
    if not isinstance(backbone, PreTrainedModel):
        return None
    prefix = kind.base_model_prefix + "."
    pooling = tuple(prefix + module + "." for module in POOLING_MODULES)
    shapes = {n: p.shape for n, p in model.named_parameters() if not n.startswith(prefix) or n.startswith(pooling)}
    rows = [name for name, shape in shapes.items() if len(shape) == 2 and shape[0] == _CLASSES]
    return StockLayout(kind, type(backbone), tuple(shapes), rows[0]) if len(rows) == 1 else None
