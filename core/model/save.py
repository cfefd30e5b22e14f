"""A whole classifier as a folder: as transformers' own class where that gives equal logits, else as ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from core.model.classifier import PooledClassifier
from core.model.stock_classifier import as_stock
from core.model.written_later import AsWritten, state_as_written


def save_classifier(
    model: PooledClassifier, folder: Path, *, as_written: AsWritten | None = None, **options: Any
) -> str:
    """Write config and weights, in safetensors; returns the name of the class that opens them.

    `as_written` makes each tensor when its file is written, from the parameter or buffer that is held; None writes what
    is held. `options` are those of transformers' `save_pretrained`.
    """
    stock = as_stock(model)
    written: PreTrainedModel = model if stock is None else stock
    if as_written is not None:
        options["state_dict"] = state_as_written(written, as_written)
    written.save_pretrained(folder, **options)
    return type(written).__name__
