"""What PEFT wraps around a classifier and its parts, taken off."""

from __future__ import annotations

from peft import PeftModel
from torch import nn


def unwrap_peft(model: nn.Module) -> nn.Module:
    """The model itself, out of PEFT's outer wrapper; its layers may hold adapters still."""
    return model.get_base_model() if isinstance(model, PeftModel) else model
