"""Which parameters training changes."""

from __future__ import annotations

from typing import Any, cast

from peft import PeftModel
from peft.tuners.lora import LoraLayer
from torch import nn

from core.config.base_model import BaseModelConfig
from core.model.classifier import PooledClassifier
from core.model.layers import frozen_modules
from core.model.peft_wrappers import unwrap_peft


def wanted(model: nn.Module) -> frozenset[str]:
    """Names of the parameters with a gradient, below `unwrap_peft`."""
    return frozenset(name for name, p in unwrap_peft(model).named_parameters() if p.requires_grad)


def fitted(model: nn.Module, base: BaseModelConfig) -> frozenset[str]:
    """What was or would be trained of a model that is loaded to predict, with every gradient off.

    With an adapter: its factors, what it saves whole, and the biases it names. Without: all that `base` does not
    freeze.
    """
    root = unwrap_peft(model)
    if isinstance(model, PeftModel):
        parts = [part for adapter in model.active_adapters for part in _of_adapter(model, adapter)]
        return frozenset(name for name, _ in root.named_parameters() if any(part(name) for part in parts))
    modules = frozen_modules(cast(PooledClassifier, root).backbone, base)
    frozen = {id(p) for module in modules for p in module.parameters()}
    return frozenset(name for name, p in root.named_parameters() if id(p) not in frozen)


def _of_adapter(model: PeftModel, adapter: str) -> list[Any]:
    config: Any = model.peft_config[adapter]
    adapted = tuple(name + "." for name, m in unwrap_peft(model).named_modules() if isinstance(m, LoraLayer))

    def factors(name: str) -> bool:
        return ".lora_" in name and f".{adapter}." in name.split(".lora_")[1] + "."

    def whole(name: str) -> bool:
        return f"modules_to_save.{adapter}." in name

    def biases(name: str) -> bool:
        if "original_module" in name or not name.endswith("bias"):
            return False
        return config.bias == "all" or (config.bias == "lora_only" and name.startswith(adapted))

    return [factors, whole, biases]
