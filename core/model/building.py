"""`BaseModelConfig` to a classifier that is ready to train."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from core.config.base_model import BaseModelConfig
from core.model.adapters.attach import load_adapter
from core.model.layers import freeze_embeddings, freeze_layers
from core.model.open import open_classifier


def build_classifier(config: BaseModelConfig, *, new_head: bool = False) -> nn.Module:
    """The classifier that a config describes, ready to train: read, changed, frozen, adapter attached.

    Returns a `PooledClassifier`, or a PEFT model around it when `pretrained_adapter_path` is set. Layers are
    frozen before the adapter is attached, so that LoRA on a frozen layer still trains.

    Raises:
        ConfigError: fields that do not fit the checkpoint.
        CheckpointError, AdapterError: files that cannot be used.
    """
    opened = open_classifier(config, new_head=new_head)
    model = opened.model
    if config.freeze_these_layers_indices:
        freeze_layers(model.backbone, config.freeze_these_layers_indices)
    if config.freeze_embeddings:
        freeze_embeddings(model.backbone)
    if config.pretrained_adapter_path is None:
        return model
    return load_adapter(opened, Path(config.pretrained_adapter_path), is_trainable=config.is_trainable).model
