"""Adapters of every kind on tiny stock classifiers, and a merge of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification

from core.config import BaseModelConfig
from core.files.folders import read_adapter_folder, read_model_folder
from core.merge.request import MergeRequest
from core.merge.run import merge
from core.results import Merge

LABELS = ("a", "b", "c")
PLENTY = 2**40


def stock_adapter(base: Path, folder: Path, **options: Any) -> Path:
    """An adapter that PEFT wrote for a stock classifier, every trained tensor of it moved."""
    model = AutoModelForSequenceClassification.from_pretrained(base, dtype=torch.float32)
    attached = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", **options))
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        for parameter in attached.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    attached.save_pretrained(str(folder))
    return folder


def request(base: Path, adapter: Path, output: Path, *, dequantise: bool = False, **fields: Any) -> MergeRequest:
    config = BaseModelConfig(pretrained_model_name_or_path=str(base), **fields)
    folders = read_model_folder(base), read_adapter_folder(adapter)
    return MergeRequest("the-base", "the-adapter", config, *folders, output, dequantise)


@contextmanager
def nobody_loads() -> Iterator[None]:
    yield


def merged(base: Path, adapter: Path, output: Path, *, dequantise: bool = False, **fields: Any) -> Merge:
    made = request(base, adapter, output, dequantise=dequantise, **fields)
    return merge(made, free=lambda: PLENTY, loading_alone=nobody_loads)
