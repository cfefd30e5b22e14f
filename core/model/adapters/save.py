"""A trained adapter as a standard PEFT folder, with the card that says what it was trained on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file

from core.config.base_model import DtypeName
from core.config.components import OWN_HEAD
from core.config.families import family_named, lifts_mask
from core.files.fingerprint import fingerprint
from core.files.folders import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from core.model.adapters.card import AdapterCard
from core.model.adapters.tensor_names import PEFT_PREFIX
from core.model.classifier import PooledClassifier
from core.model.open import OpenedClassifier
from core.model.pooled_config import PREFIX, part_fields, parts_of


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
    _name_as_stock(model, folder / ADAPTER_WEIGHTS)
    path = folder / ADAPTER_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    config["task_type"] = "SEQ_CLS"
    config["auto_mapping"] = None  # it would name a module of ours, which PEFT alone cannot import
    for field in ("modules_to_save", "target_modules"):
        if isinstance(config[field], list):
            config[field] = [name.removeprefix("score.") for name in config[field]]
    config["base_model_name_or_path"] = card.base_name or None
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    card.write(folder)


def _name_as_stock(model: PeftModel, path: Path) -> None:
    """The architecture's own head under its own names, by which PEFT alone puts it on the stock class."""
    classifier = cast(PooledClassifier, model.get_base_model())
    if parts_of(classifier.config)[1] == OWN_HEAD:
        own = f"{PEFT_PREFIX}score."
        tensors = {k.replace(own, PEFT_PREFIX) if k.startswith(own) else k: t for k, t in load_file(path).items()}
        save_file(tensors, path, metadata={"format": "pt"})
