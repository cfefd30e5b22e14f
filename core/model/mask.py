"""The attention mask that a model has: measured on its first layer, since no field says it for every architecture."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from core.errors import ConfigError
from core.model.families import family_of, is_causal, transformer_layers

#: A token that is not seen moves a state by rounding at most: experts are summed in another order beside other tokens.
_ROUNDING = 1e-3
#: Long enough for families that pool or chunk what they read.
_TOKENS = 8


class _StateSeenError(Exception):
    """Ends a pass behind the first layer."""


def measured_causal(backbone: PreTrainedModel) -> bool:
    """Whether no token sees a later one.

    Two texts that differ in one token go through the first layer (all of them where there is no single stack); what
    comes before that token must not differ. Families with a row in the table are known; where a pass fails or gives no
    numbers, what the config says is all there is. Not for a model that others use meanwhile: it is hooked.
    """
    if family_of(backbone.config) is not None or backbone.device.type == "meta":
        return is_causal(backbone.config)
    count = getattr(backbone.config.get_text_config(), "vocab_size", None) or 2 * _TOKENS
    text = [max(0, count - 1 - place) for place in range(_TOKENS)]
    other = [*text[:2], max(0, count - 1 - _TOKENS), *text[3:]]
    try:
        one, two = (_first_states(backbone, torch.tensor([ids], device=backbone.device)) for ids in (text, other))
    except Exception:  # an architecture that wants more than ids; its own code raises what it likes
        return is_causal(backbone.config)
    before, size = (one[0, :2] - two[0, :2]).abs().max(), one[0, :2].abs().max()
    if not (before.isfinite() and size > 0):
        return is_causal(backbone.config)
    return bool(before <= _ROUNDING * size)


def _first_states(backbone: PreTrainedModel, ids: Tensor) -> Tensor:
    """States (1, T, D) behind the first layer."""
    seen: list[Tensor] = []

    def see(_module: nn.Module, _args: Any, output: Any) -> None:
        seen.append((output[0] if isinstance(output, tuple) else output).float())
        raise _StateSeenError

    try:
        layers: Any = transformer_layers(backbone)
    except ConfigError:
        layers = ()
    handle = layers[0].register_forward_hook(see) if len(layers) else None
    try:
        with torch.inference_mode():
            seen.append(backbone(input_ids=ids).last_hidden_state.float())
    except _StateSeenError:
        pass
    finally:
        if handle is not None:
            handle.remove()
    return seen[0]
