"""Changes to a backbone's layers: removal, re-initialisation, freezing; and a look between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from torch import nn
from transformers import PreTrainedModel

from core.config.base_model import BaseModelConfig
from core.config.components import InitOptions
from core.errors import ConfigError
from core.model.families import input_embeddings, transformer_layers
from core.model.initialisation import initialise


def remove_last_layers(backbone: PreTrainedModel, count: int) -> None:
    """Drop the last `count` layers in place; the config's depth and layer types follow."""
    layers = transformer_layers(backbone)
    _require("num_layers_to_remove", count, len(layers) - 1, len(layers))
    del layers[len(layers) - count :]
    backbone.config.num_hidden_layers = len(layers)
    if getattr(backbone.config, "layer_types", None):
        backbone.config.layer_types = list(backbone.config.layer_types[: len(layers)])


def reinitialise_last_layers(backbone: PreTrainedModel, count: int, options: InitOptions | None) -> None:
    """Give the last `count` layers new start values, the family's own or, for linear layers, those of `options`."""
    layers = transformer_layers(backbone)
    _require("reinitialize_n_layers_of_backbone", count, len(layers), len(layers))
    std = getattr(backbone.config, "initializer_range", 0.02)
    for layer in layers[len(layers) - count :]:
        for tensor in layer.parameters():
            tensor._is_hf_initialized = False  # type: ignore[attr-defined]
        for module in layer.modules():
            if isinstance(module, nn.Linear) and options is not None:
                initialise(module, options, std)
            else:
                backbone._init_weights(module)


def freeze(backbone: PreTrainedModel, base: BaseModelConfig) -> None:
    """No gradient for what a config freezes. Before an adapter is attached: LoRA on a frozen layer is to be trained."""
    for module in frozen_modules(backbone, base):
        module.requires_grad_(False)


def frozen_modules(backbone: PreTrainedModel, base: BaseModelConfig) -> list[nn.Module]:
    """The layers that a config freezes, counted from 0, and the input embeddings if it says so.

    Raises:
        ConfigError: a layer that the backbone does not have.
    """
    indices = base.freeze_these_layers_indices
    modules = _numbered(backbone, indices) if indices else []
    return [*modules, input_embeddings(backbone)] if base.freeze_embeddings else modules


def look_between_layers(backbone: nn.Module, look: Callable[[], None]) -> None:
    """Calls `look` before each layer of every stack, in the backbone and in copies of it; what it raises ends the pass.

    No gradient, no argument and no result is touched. Layers within layers (experts) are not counted.
    """

    def hook(_module: nn.Module, _args: Any) -> None:
        look()

    for layer in _stacked(backbone):
        layer.register_forward_pre_hook(hook)


def _stacked(module: nn.Module) -> Iterator[nn.Module]:
    """The members of the outermost lists of modules."""
    for child in module.children():
        if isinstance(child, nn.ModuleList):
            yield from child
        else:
            yield from _stacked(child)


def _numbered(backbone: PreTrainedModel, indices: Sequence[int]) -> list[nn.Module]:
    layers = transformer_layers(backbone)
    for index in indices:
        if not 0 <= index < len(layers):
            raise ConfigError(
                f"freeze_these_layers_indices has {index}, and the backbone has layers 0 to {len(layers) - 1}.",
                fix="name layers in that range.",
            )
    return [layers[index] for index in indices]


def _require(field: str, count: int, most: int, depth: int) -> None:
    if not 0 <= count <= most:
        raise ConfigError(f"{field} is {count}, and the backbone has {depth} layers.", fix=f"use 0 to {most}.")
