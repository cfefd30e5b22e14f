"""What of pooler and head an adapter leaves to its base."""

from __future__ import annotations

import torch

from core.files.folders import ModelFolder
from core.files.safetensors_headers import TensorEntry
from core.model.adapters.tensor_names import classifier_names
from core.model.adapters.trained_modules import AdapterParts
from core.model.backbone import state_width
from core.model.heads import build_head
from core.model.pooled_config import to_pooled
from core.model.poolers import build_pooler


def base_head(parts: AdapterParts, base: ModelFolder) -> dict[str, TensorEntry]:
    """Tensors of pooler and head that an adapter leaves to its base, by the names of the classifier.

    An adapter without a head is put on the base's own; LoRA on a trained head and BERT's pooling layer are such.
    """
    named, _ = classifier_names(base.tensors, "", parts.layout)
    shapes = _head_shapes(parts)
    return {
        name: entry
        for name, entry in named.items()
        if name in parts.parameters and name not in parts.tensors and shapes.get(name) == tuple(entry.shape)
    }


def _head_shapes(parts: AdapterParts) -> dict[str, tuple[int, ...]]:
    """Shapes of the parameters of pooler and head."""
    config = to_pooled(parts.config, **parts.config_changes())
    with torch.device("meta"):
        width = state_width(config)
        head = build_head(parts.head_type, width, config.num_labels or 1, config)
        pooler = build_pooler(parts.pooler_type, parts.pooler_config, width)
    named = [(f"score.{name}", p) for name, p in head.named_parameters()]
    named += [(f"pooler.{name}", p) for name, p in pooler.named_parameters()]
    return {name: tuple(parameter.shape) for name, parameter in named}
