"""A trained adapter as a standard PEFT folder, with the card that says what it was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

from core.config.base_model import DtypeName
from core.config.families import family_named, lifts_mask
from core.files.fingerprint import fingerprint
from core.files.folders import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from core.model.adapters.card import AdapterCard
from core.model.classifier import PooledClassifier
from core.model.open import OpenedClassifier
from core.model.pooled_config import PREFIX, part_fields


def card_for(
    opened: OpenedClassifier,
    model: PooledClassifier,
    labels: Iterable[str],
    *,
    base_name: str = "",
    max_tokens: int | None = None,
) -> AdapterCard:
    """The card to save beside an adapter that was trained on `model`, a classifier over `opened`'s folder."""
    fields = part_fields(model.config)
    kind = str(opened.folder.config.get("model_type", "")).removeprefix(PREFIX)
    return AdapterCard(
        model_type=kind,
        family=family_named(kind),
        bidirectional=lifts_mask(model.config),
        hidden_size=model.config.get_text_config().hidden_size,
        num_hidden_layers=model.config.get_text_config().num_hidden_layers,
        labels=tuple(labels),
        problem_type=fields.problem,
        pooler_type=fields.pooler_name,
        pooler_config=fields.pooler.to_dict(),
        head_type=fields.head_name,
        criterion=fields.criterion,
        criterion_config=fields.criterion_config,
        max_tokens=max_tokens,
        base_name=base_name or opened.folder.path.name,
        base_fingerprint=fingerprint(opened.folder.tensors),
    )


def save_adapter(model: PeftModel, folder: Path, card: AdapterCard, dtype: DtypeName | None = None) -> None:
    """Write a standard PEFT folder plus `classifier.json`; `dtype` stores the tensors in that type.

    The task type is written as SEQ_CLS, whatever the config said: with CAUSAL_LM, PEFT could not put it back
    on a classifier.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(str(folder), save_embedding_layers=False)
    if dtype is not None:
        tensors = load_file(folder / ADAPTER_WEIGHTS)
        requested = getattr(torch, dtype)
        save_file({k: t.to(requested) for k, t in tensors.items()}, folder / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    path = folder / ADAPTER_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    config["task_type"] = "SEQ_CLS"
    config["base_model_name_or_path"] = card.base_name or None
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    card.write(folder)
