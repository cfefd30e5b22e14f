"""A tiny base and a trained adapter folder, for tests of adapters and their health."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.config import AdapterConfig, BaseModelConfig
from core.model.adapters.new_adapter import attach_new_adapter
from core.model.adapters.save import card_for, save_adapter
from core.model.open import OpenedClassifier, open_classifier
from core.model.share import sibling

LABELS = ("arrival", "fee", "limit", "refund")


def opened(folder: Path, model_type: str = "llama", **fields: object) -> OpenedClassifier:
    fields = {"num_labels": len(LABELS), **fields}
    return open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(folder), model_type=model_type, **fields))


def write_adapter(
    base: OpenedClassifier, folder: Path, config: AdapterConfig | None = None, **parts: object
) -> torch.nn.Module:
    """Save an adapter whose every trained tensor was moved; returns the PEFT model that was saved."""
    model = sibling(base.model, **parts)
    attached = attach_new_adapter(model, config or AdapterConfig(r=4))
    torch.manual_seed(7)
    for parameter in attached.parameters():
        if parameter.requires_grad:
            parameter.data.add_(torch.randn_like(parameter) * 0.15)
    save_adapter(attached, folder, card_for(base, model, LABELS))
    return attached.eval()


@pytest.fixture(scope="session")
def llama_adapter(tiny_folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter with attention pooling on the tiny Llama, every check of which passes."""
    folder = tmp_path_factory.mktemp("adapter") / "intents"
    write_adapter(opened(tiny_folders["llama"]), folder, pooler_type="attention")
    return folder


def as_it_is(folder: Path, **fields: Any) -> OpenedClassifier:
    """A folder as a person gives it: nothing is said of its family, its classes or its parts."""
    return open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(folder), **fields))
