"""Which modules add an adapter's updates, so that what passes through them can be told from the base's part."""

from __future__ import annotations

from typing import Any

from peft.tuners.lora.layer import Linear
from torch import nn

from core.errors import AdapterError
from core.explain.adapter_effect.lora_modules import LoraPart, lora_parts
from core.explain.probe import Probe
from core.model.quantised import is_quantised_layer


def update_outputs(probe: Probe) -> list[nn.Module] | None:
    """The last factor of each update, whose output is added to the base's.

    None without an adapter, where an update does more than be added (DoRA), and where embeddings are adapted: there a
    token's own embedding is not the base's.
    """
    try:
        parts = lora_parts(probe)
    except AdapterError:
        return None
    if not all(map(_is_added, parts)):
        return None
    modules: list[Any] = [part.module for part in parts]
    return [module.lora_B[name] for module, part in zip(modules, parts, strict=True) for name in part.adapters]


def _is_added(part: LoraPart) -> bool:
    module: Any = part.module
    linear = isinstance(module, Linear) or is_quantised_layer(module.get_base_layer())
    return part.is_plain and linear and not module.merged
