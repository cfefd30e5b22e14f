"""A whole classifier as a folder: as transformers' own class where that gives equal logits, else as ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from core.model.classifier import PooledClassifier
from core.model.stock_classifier import as_stock


def save_classifier(model: PooledClassifier, folder: Path, **options: Any) -> str:
    """Write config and weights, in safetensors; returns the name of the class that opens them.

    `options` are those of transformers' `save_pretrained`.
    """
    stock = as_stock(model)
    written: PreTrainedModel = model if stock is None else stock
    written.save_pretrained(folder, **options)
    return type(written).__name__
