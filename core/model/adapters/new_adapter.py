"""A fresh LoRA adapter on a classifier, before it is trained."""

from __future__ import annotations

from typing import Any, cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from core.config.adapter import AdapterConfig
from core.config.strict_model import suggest
from core.errors import ConfigError
from core.model.classifier import PooledClassifier


def attach_new_adapter(model: PooledClassifier, config: AdapterConfig) -> PeftModel:
    """Put a fresh adapter on a classifier; pooler and head are trained whole with it.

    Raises:
        ConfigError: a target module, layer or module to save that this model does not have.
    """
    _check_new(model, config)
    saved = dict.fromkeys(config.modules_to_save or ())
    if any(True for _ in model.pooler.parameters()):
        saved["pooler"] = None
    saved["score"] = None
    data = {**config.to_dict(), "task_type": None, "modules_to_save": list(saved)}
    data["target_modules"] = _targets(model, config)
    if config.init_lora_weights == "loftq":
        data["loftq_config"] = _loftq_config()
    return cast(PeftModel, get_peft_model(model, LoraConfig(**data)))


def _check_new(model: PooledClassifier, config: AdapterConfig) -> None:
    names = [name for name, module in model.named_modules() if not name.startswith(("score", "pooler"))]
    last = sorted({name.rsplit(".", 1)[-1] for name in names if name and not name.rsplit(".", 1)[-1].isdigit()})
    targets = () if isinstance(config.target_modules, str) else config.target_modules
    for target in targets:
        if not any(name == target or name.endswith("." + target) for name in names):
            raise ConfigError(
                f"target_modules has '{target}', which {type(model).__name__} does not have.", fix=suggest(target, last)
            )
    known = {part for name, _ in model.named_modules() for part in name.split(".")}
    for name in config.modules_to_save or ():
        if name not in known:
            raise ConfigError(
                f"modules_to_save has '{name}', which {type(model).__name__} does not have.",
                fix=suggest(name, ["pooler", "score", *last]),
            )
    depth = model.config.get_text_config().num_hidden_layers
    for layer in config.layers_to_transform or ():
        if layer >= depth:
            raise ConfigError(
                f"layers_to_transform has {layer}, and the backbone has layers 0 to {depth - 1}.",
                fix="name layers in that range.",
            )


def _targets(model: PooledClassifier, config: AdapterConfig) -> str | list[str]:
    """`all-linear` means the backbone's linear layers: pooler and head are trained whole anyway."""
    if config.target_modules == "all-linear":
        linear = [name for name, module in model.backbone.named_modules() if isinstance(module, torch.nn.Linear)]
        return sorted({name.rsplit(".", 1)[-1] for name in linear})
    return config.target_modules if isinstance(config.target_modules, str) else list(config.target_modules)


def _loftq_config() -> Any:
    """LoftQ quantises the base to 4 bits while it starts the factors; PEFT does that with bitsandbytes on a GPU."""
    from peft import LoftQConfig
    from peft.import_utils import is_bnb_4bit_available

    if not (is_bnb_4bit_available() and torch.cuda.is_available()):
        raise ConfigError(
            "init_lora_weights 'loftq' needs a GPU and the package bitsandbytes, and one of them is not here.",
            fix="use true, 'gaussian' or 'pissa', or install bitsandbytes on a machine with a GPU.",
        )
    return LoftQConfig(loftq_bits=4)
