"""A finished run on disk: a standard PEFT adapter folder or a transformers model folder, with its card."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import PeftModel

from core.files.hub import is_hub_id
from core.model.adapters.save import card_for, save_adapter
from core.model.save import save_classifier
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
    if isinstance(start.model, PeftModel):
        card = card_for(
            start.opened, start.classifier, result.labels, base_name=name, max_tokens=start.encoder.max_tokens
        )
        save_adapter(start.model, folder, card, None if start.initial is not None else config.save_dtype)
        if start.initial is not None:
            rewrite(folder, start.initial)
    else:
        if config.save_dtype is not None:
            start.classifier.to(getattr(torch, config.save_dtype))
        save_classifier(start.classifier, folder)
        start.tokenizer.save_pretrained(folder)
    write_card(config, result, name, folder)


def base_name(config: TrainingConfig) -> str:
    """A Hub id as it is; of a local folder only its name, never the path."""
    name = config.base_model.pretrained_model_name_or_path
    return name if is_hub_id(name) else Path(name).resolve().name
