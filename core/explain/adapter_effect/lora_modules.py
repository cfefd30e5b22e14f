"""Which modules an adapter updates: their layer, their kind, and how their update can be scaled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from peft.tuners.lora.layer import Embedding, Linear, ParamWrapper, _ConvNd
from peft.utils import ModulesToSaveWrapper
from torch import nn

from core.errors import AdapterError
from core.explain.probe import Probe
from core.model.quantised import is_quantised_layer


@dataclass(frozen=True, eq=False)
class LoraPart:
    """One adapted module.

    Attributes:
        scaling: what PEFT multiplies the update of each adapter with; the module's own dictionary.
        kind: its path inside the layer, without numbers: "self_attn.q_proj"; its whole path outside of the layers.
        layer: counted from 0; None outside of the stack of layers (embeddings).
        adapters: names of the active adapters that update it.
        is_plain: whether the update is only added, times `scaling[adapter]`.
        takes_rows: whether every row of a batch can have a scale of its own.
    """

    module: nn.Module
    scaling: dict[str, Any]
    kind: str
    layer: int | None
    adapters: tuple[str, ...]
    is_plain: bool
    takes_rows: bool

    @property
    def base(self) -> nn.Module:
        """The module that is adapted."""
        return cast(LoraLayer, self.module).get_base_layer()

    @property
    def device(self) -> torch.device:
        """Where its factors are."""
        return next(self._factors()).device

    @property
    def dtype(self) -> torch.dtype:
        """The type of its factors."""
        return next(self._factors()).dtype

    def _factors(self) -> Iterator[nn.Parameter]:
        return (p for name, p in self.module.named_parameters() if "lora_" in name)


def lora_parts(probe: Probe) -> list[LoraPart]:
    """All adapted modules, by layer, those outside of the layers last.

    Raises:
        AdapterError: the candidate has no adapter, or one without a LoRA update.
    """
    if not isinstance(probe.model, PeftModel):
        raise AdapterError(
            "This candidate is loaded without an adapter, so there is no update to look at.",
            fix="choose an adapter, or add a candidate with an adapter folder. A model that was "
            "fine-tuned whole has no such update: load its base as another candidate to compare.",
        )
    result, seen = [], set()
    for i, layer in enumerate(probe.stack):
        for path, module in layer.named_modules():
            result += _part(module, re.sub(r"\.\d+(?=\.|$)", "", path), i)
            seen.add(module)
    for path, module in probe.classifier.named_modules():
        if module not in seen:
            result += _part(module, path, None)
    if not result:
        raise AdapterError(
            "This adapter holds no low-rank update, only whole modules: " + ", ".join(kept_parts(probe)) + ".",
            fix="choose an adapter with LoRA factors; whole modules cannot be scaled.",
        )
    return result


def kept_parts(probe: Probe) -> tuple[str, ...]:
    """What the adapter holds besides its low-rank updates: modules that were trained whole, and biases."""
    names = [n for n, module in probe.classifier.named_modules() if isinstance(module, ModulesToSaveWrapper)]
    names = ["head" if name == "score" else name for name in names]
    if isinstance(probe.model, PeftModel) and any(getattr(c, "bias", "none") != "none" for c in _configs(probe.model)):
        names.append("biases")
    return tuple(names)


def _configs(model: PeftModel) -> list[object]:
    return [model.peft_config[name] for name in model.active_adapters]


def _part(module: nn.Module, kind: str, layer: int | None) -> list[LoraPart]:
    if not isinstance(module, LoraLayer):
        return []
    adapters = tuple(name for name in module.active_adapters if name in module.scaling)
    if not adapters:
        return []
    variant = any(name in module.lora_variant for name in adapters)
    wrapper: Any = module
    linear = isinstance(wrapper, Linear) or is_quantised_layer(wrapper.get_base_layer())
    known = linear or isinstance(wrapper, Embedding | _ConvNd)
    if isinstance(wrapper, ParamWrapper):  # one around the other, where a module has several such parameters
        kind = f"{kind.replace('.base_layer', '')}.{wrapper.parameter_name}"
    # Of other kinds (experts as one tensor, torch's own attention) only the scale itself is known to work.
    is_plain = not known or (linear and not variant)
    return [LoraPart(module, module.scaling, kind, layer, adapters, is_plain, takes_rows=known)]
