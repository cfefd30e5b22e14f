"""The backbone under pooler and head: its class, and what its forward has to be given."""

from __future__ import annotations

import inspect
from typing import Any, cast

from torch import Tensor, nn
from transformers import MODEL_MAPPING, PreTrainedConfig, PreTrainedModel

from core.errors import CheckpointError
from core.model.pooled_config import base_config_class

_FORWARD: dict[type[nn.Module], frozenset[str]] = {}


def backbone_class(base: type[PreTrainedConfig]) -> type[PreTrainedModel]:
    """transformers' bare model of a family, e.g. `LlamaConfig` -> `LlamaModel`.

    Raises:
        CheckpointError: transformers has no text model for it.
    """
    if base not in MODEL_MAPPING:  # its keys are loaded only when asked for
        raise CheckpointError(f"transformers has no text model for '{base.model_type}'.", fix="choose another model.")
    result: Any = MODEL_MAPPING[base]
    return cast(type[PreTrainedModel], result[0] if isinstance(result, list | tuple) else result)


def bare_backbone(config: PreTrainedConfig) -> PreTrainedModel:
    """The backbone with start values; without the pooling layer that some families (BERT) would add to it.

    Raises:
        CheckpointError: an encoder-decoder.
    """
    if config.is_encoder_decoder:
        raise CheckpointError(
            f"'{config.model_type}' is an encoder-decoder; a classifier needs an encoder or a decoder.",
            fix="choose a model of one stack.",
        )
    cls = backbone_class(base_config_class(type(config)))
    options = {"add_pooling_layer": False} if "add_pooling_layer" in inspect.signature(cls.__init__).parameters else {}
    return cls(config, **options)


def forward_parameters(backbone: type[nn.Module]) -> frozenset[str]:
    """Names that the forward of a backbone takes; looked up once a class, since every pass asks."""
    if backbone not in _FORWARD:
        _FORWARD[backbone] = frozenset(inspect.signature(backbone.forward).parameters)
    return _FORWARD[backbone]


def takes_positions(backbone: type[nn.Module]) -> bool:
    """Whether position ids may be given."""
    return "position_ids" in forward_parameters(backbone)


def positions(mask: Tensor, first: int) -> Tensor | None:
    """Position ids (B, T) that count real tokens from the first position on, needed under left padding only; else None.

    A mask on the meta device has no values to look at, and gets position ids.
    """
    if not mask.is_meta and bool(mask[:, 0].all()):
        return None
    return (mask.long().cumsum(dim=1) - 1).clamp(min=0) + first
