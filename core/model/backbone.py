"""The backbone under pooler and head: its class, and what its forward has to be given."""

from __future__ import annotations

import inspect
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import MODEL_MAPPING, PreTrainedConfig, PreTrainedModel

from core.config.families import PREFIX
from core.errors import CheckpointError
from core.model.stock.config import base_config_class
from core.model.stock.layout import POOLING_MODULES

#: Longformer's own mask: 1 where a token attends to all others and they to it.
GLOBAL_ATTENTION = "global_attention_mask"

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


def bare_backbone(config: PreTrainedConfig, cls: type[PreTrainedModel] | None = None) -> PreTrainedModel:
    """The backbone with start values; without the pooling layer that some families (BERT) would add to it.

    `cls` is its class, where that is not `AutoModel`'s.

    Raises:
        CheckpointError: an encoder-decoder.
    """
    if config.is_encoder_decoder:
        raise CheckpointError(
            f"'{_plain(config)}' is an encoder-decoder; a classifier needs an encoder or a decoder.",
            fix="choose a model of one stack.",
        )
    cls = cls or backbone_class(base_config_class(type(config)))
    options = {"add_pooling_layer": False} if "add_pooling_layer" in inspect.signature(cls.__init__).parameters else {}
    made = cls(config, **options)
    for name in POOLING_MODULES:
        if isinstance(getattr(made, name, None), nn.Module):
            setattr(made, name, nn.Identity())  # its output is for heads of the family, which bring their own
    return made


def _plain(config: PreTrainedConfig) -> str:
    """The architecture's own name, without what is put before it when it is a classifier of ours."""
    return config.model_type.removeprefix(PREFIX)


def state_width(config: PreTrainedConfig) -> int:
    """The width of the states that pooler and head see.

    Raises:
        CheckpointError: an architecture that states none (Perceiver).
    """
    text = config.get_text_config()
    width = getattr(text, "word_embed_proj_dim", None) or getattr(text, "hidden_size", None)  # OPT projects its states
    if not isinstance(width, int):
        raise CheckpointError(
            f"The config of '{_plain(config)}' states no hidden_size, so a classifier cannot be put on it.",
            fix="choose a model of another architecture.",
        )
    return width


def forward_parameters(backbone: type[nn.Module]) -> frozenset[str]:
    """Names that the forward of a backbone takes; looked up once a class, since every pass asks."""
    if backbone not in _FORWARD:
        _FORWARD[backbone] = frozenset(inspect.signature(backbone.forward).parameters)
    return _FORWARD[backbone]


def attend_globally_to_first(
    _module: nn.Module, args: tuple[Any, ...], options: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A hook before a forward: global attention to the first token, as Longformer's sequence classifier asks for it."""
    ids = options.get("input_ids", args[0] if args else None)
    like = ids if ids is not None else options["inputs_embeds"][..., 0]
    if options.get(GLOBAL_ATTENTION) is None:
        chosen = torch.zeros(like.shape[:2], dtype=torch.long, device=like.device)
        chosen[:, 0] = 1
        options = {**options, GLOBAL_ATTENTION: chosen}
    return args, options


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
