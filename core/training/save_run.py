"""A finished run on disk: a standard PEFT adapter folder or a transformers model folder, with its card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from peft import PeftModel

from core.files.hub import is_hub_id
from core.model.adapters.save import card_for, save_adapter
from core.model.opening import adapter_opening, folder_opening
from core.model.save import save_classifier
from core.results import Opening
from core.training.card import write_card
from core.training.config import TrainingConfig
from core.training.pissa import rewrite
from core.training.result import TrainingResult
from core.training.start_model import Start


def write_run(config: TrainingConfig, start: Start, result: TrainingResult) -> None:
    """Write weights (safetensors), what is needed to open them, and README.md into the output folder."""
    folder = Path(config.output)
    folder.mkdir(parents=True, exist_ok=True)
    name = base_name(config)
    limit = start.encoder.max_tokens
    if isinstance(start.model, PeftModel):
        card = card_for(start.opened, start.classifier, result.labels, base_name=name, max_tokens=limit)
        save_adapter(start.model, folder, card, None if start.initial is not None else config.save_dtype)
        if start.initial is not None:
            rewrite(folder, start.initial)
        how = adapter_opening(start.opened, start.classifier, name, limit)
        if config.base_model.reinitialize_n_layers_of_backbone:
            how = Opening("", "layers of the base began anew, and neither folder has them", name)
    else:
        if config.save_dtype is not None:
            start.classifier.to(getattr(torch, config.save_dtype))
        save_classifier(start.classifier, folder)
        start.tokenizer.save_pretrained(folder)
        how = replace(folder_opening(folder), max_tokens=limit)
    write_card(config, result, name, folder, how)


def base_name(config: TrainingConfig) -> str:
    """A Hub id as it is; of a local folder only its name, never the path."""
    name = config.base_model.pretrained_model_name_or_path
    return name if is_hub_id(name) else Path(name).resolve().name
