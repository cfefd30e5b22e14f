"""PEFT's merge, a weight at a time: each is merged when it is written, into a copy of its own."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any, cast

import torch
from peft import PeftModel
from peft.tuners.lora import LoraLayer
from peft.tuners.lora.layer import Embedding, Linear
from torch import Tensor, nn

from core.model.classifier import PooledClassifier

#: Layers whose merge changes one weight, and nothing else.
_OF_ONE_WEIGHT = (Linear, Embedding)


class Updates:
    """The weights that an adapter changes, each with the layer of PEFT that merges it.

    `at_once` merges all of them in place when the model is unloaded: for weights that are held in memory anyway.
    """

    def __init__(self, model: PeftModel, *, at_once: bool) -> None:
        layers = [m for m in model.modules() if isinstance(m, LoraLayer)]
        self.count = len(layers)
        held = Counter(id(weight) for layer in layers if (weight := _weight(layer)) is not None)
        alone = [layer for layer in layers if held[id(_weight(layer))] == 1 and not at_once]
        self._layers: dict[int, Any] = {id(_weight(layer)): layer for layer in alone if _is_of_one_weight(layer)}

    def __contains__(self, weight: Tensor) -> bool:
        return id(weight) in self._layers

    def unload(self, model: PeftModel) -> PooledClassifier:
        """The classifier out of its adapter: all else that it trained is merged; these weights are as they were."""
        for layer in self._layers.values():
            layer.merged_adapters.extend(layer.active_adapters)  # PEFT passes over what is merged
        outer: Any = model
        with torch.no_grad(), warnings.catch_warnings(action="ignore"):
            result = cast(PooledClassifier, outer.merge_and_unload(progressbar=False))
        for layer in self._layers.values():
            layer.merged_adapters.clear()
        return result

    def merged(self, weight: Tensor) -> Tensor:
        """One of the weights with its update, as PEFT merges it; the weight itself stays as it is."""
        layer = self._layers[id(weight)]
        held = weight.data
        try:
            with torch.no_grad():
                weight.data = held.clone()
                layer.merge()
                return weight.data
        finally:
            weight.data = held
            layer.merged_adapters.clear()


def _weight(layer: Any) -> Tensor | None:
    """The parameter that a layer of PEFT merges into; None where that is none of its base's `weight`."""
    weight = getattr(layer.get_base_layer(), "weight", None)
    return weight if isinstance(weight, nn.Parameter) else None


def _is_of_one_weight(layer: Any) -> bool:
    return isinstance(layer, _OF_ONE_WEIGHT) and _weight(layer) is not None and not any(layer.lora_bias.values())
