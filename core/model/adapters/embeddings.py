"""Input embeddings that an adapter brings whole: beside LoRA factors on them, or because its vocabulary grew."""

from __future__ import annotations

from typing import cast

import torch
from torch import nn

from core.files.safetensors_headers import TensorEntry
from core.model.adapters.tensor_names import FACTOR
from core.model.classifier import PooledClassifier
from core.model.tensors import read_tensors

#: Under which names PEFT saves the table itself, by what was trained of it.
_TABLES = (".base_layer.weight", ".token_adapter.base_layer.weight", ".modules_to_save.weight", ".weight")
#: Copies of it that say nothing more.
_COPIES = (".original_module.weight", ".modules_to_save.weight", *_TABLES[:2])


def put_embeddings(base: PooledClassifier, tensors: dict[str, TensorEntry]) -> dict[str, TensorEntry]:
    """Give a sibling the adapter's own table of embeddings; returns the tensors that PEFT still has to place.

    PEFT saves the table as it was trained on, which is the base's where nothing was added to the vocabulary. The base
    itself keeps its own.
    """
    table = cast(nn.Embedding, base.backbone.get_input_embeddings())
    path = next(name for name, module in base.named_modules() if module is table)
    stored = next((tensors[path + name] for name in _TABLES if path + name in tensors), None)
    if stored is None:
        return tensors
    weight = read_tensors({path: stored}, base.device)[path].to(table.weight.dtype)
    if weight.shape != table.weight.shape or not torch.equal(weight, table.weight):
        table.weight = nn.Parameter(weight, requires_grad=False)
        table.num_embeddings = weight.shape[0]
        base.config.get_text_config().vocab_size = weight.shape[0]
    adapted = any(name.startswith((path + FACTOR, f"{path}.token_adapter.")) for name in tensors)
    drop = {path + name for name in _COPIES} | ({f"{path}.weight"} if adapted else set())
    return {name: entry for name, entry in tensors.items() if name not in drop}
