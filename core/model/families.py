"""The table of families: how transformers builds those that we know, and the rules by which any other is looked at.

The half that needs no torch (names, titles, LoRA's default modules, counts) is `core.config.families`. A new family is
a row in each. What has no row still works: layers, embeddings, mask and positions are found by structure, by the rules
that stand at each function here; only packed passes are for rows that say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, cast

from torch import Tensor, nn
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_MASKED_LM_MAPPING,
    PreTrainedConfig,
    PreTrainedModel,
)

from core.config.families import MASK_FIELD, PREFIX, lifts_mask, mask_in_words
from core.errors import ConfigError
from core.model.pooled_config import base_config_class


@dataclass(frozen=True)
class Family:
    """One row.

    Attributes:
        name: transformers' model_type.
        prefix: of its classes (`LlamaAttention`).
        attention: the implementation that it has to be opened with; None leaves the choice to the library. Only eager
            attention caps scores as Gemma 2 does.
        window: where a sliding window stands: on each layer's attention, in the config for all layers, or nowhere. A
            stray field of Llama's config is unused.
        layers, final_norm, embeddings: where they are below the backbone.
        packed: its arithmetic is repeated over packed texts (`core.engine.backends.torch`): to be said only of a family
            that was compared with transformers there.
    """

    name: str
    prefix: str
    attention: str | None = None
    window: Literal["layer", "config"] | None = None
    layers: str = "layers"
    final_norm: str = "norm"
    embeddings: str = "embed_tokens"
    packed: bool = False

    def part(self, name: str) -> Any:
        """One of its classes in transformers, e.g. `Attention` -> `LlamaAttention`."""
        return getattr(import_module(f"transformers.models.{self.name}.modeling_{self.name}"), self.prefix + name)


FAMILIES: dict[str, Family] = {
    row.name: row
    for row in (
        Family("llama", "Llama", packed=True),
        Family("gemma2", "Gemma2", attention="eager", window="layer", packed=True),
        Family("mistral", "Mistral", window="config", packed=True),
    )
}

#: Decoders by transformers' tables that read in both directions all the same.
_READ_BOTH_WAYS = frozenset({"xlnet"})


def family_of(config: PreTrainedConfig) -> Family | None:
    """The row of a config, our pooled ones included; None where it has none."""
    return FAMILIES.get(str(config.model_type).removeprefix(PREFIX))


def is_decoder(config: PreTrainedConfig) -> bool:
    """Whether the architecture is built to see no later token.

    Rule: its config says so (a BERT as decoder), or transformers has it predict next tokens and not masked ones.
    What it has for neither (a text model below a vision one) is a decoder where it rotates positions.
    """
    if getattr(config, "is_decoder", False):
        return True
    kind = base_config_class(type(config))
    if kind in MODEL_FOR_MASKED_LM_MAPPING or str(kind.model_type) in _READ_BOTH_WAYS:
        return False
    return kind in MODEL_FOR_CAUSAL_LM_MAPPING or hasattr(config, "rope_parameters")


def is_causal(config: PreTrainedConfig) -> bool:
    """Whether no token sees a later one: a decoder whose mask is not lifted."""
    return is_decoder(config) and not lifts_mask(config)


def mask_of(config: PreTrainedConfig, causal: bool | None = None) -> str:
    """`causal` or `bidirectional`, with the sliding window of the config if it has one.

    `causal` is what was measured (`core.model.mask`); None goes by the config.
    """
    window = getattr(config, "sliding_window", None)
    causal = is_causal(config) if causal is None else causal
    return mask_in_words("causal" if causal else "bidirectional", window)


@contextmanager
def under_mask(config: PreTrainedConfig, *, causal: bool) -> Iterator[None]:
    """The models of this config read so inside the block; afterwards the config is as it was.

    It is the one switch that transformers reads for every layer and attention kernel, in decoders and in most encoders.
    """
    held = vars(config)
    was_there, before = MASK_FIELD in held, held.get(MASK_FIELD)
    setattr(config, MASK_FIELD, causal)
    try:
        yield
    finally:
        if was_there:
            setattr(config, MASK_FIELD, before)
        else:
            delattr(config, MASK_FIELD)


def transformer_layers(backbone: PreTrainedModel) -> nn.ModuleList:
    """The stack of transformer layers.

    Rule without a row: the first list of modules that is as long as the config says (`encoder.layer`, `h`).

    Raises:
        ConfigError: an architecture without a single stack.
    """
    config = backbone.config.get_text_config()
    row = family_of(config)
    if row is not None and isinstance(getattr(backbone, row.layers, None), nn.ModuleList):
        return cast(nn.ModuleList, getattr(backbone, row.layers))
    for module in backbone.modules():
        if isinstance(module, nn.ModuleList) and len(module) == config.num_hidden_layers:
            return module
    raise ConfigError(
        f"{type(backbone).__name__} has no single stack of {config.num_hidden_layers} layers, so its layers cannot be "
        "changed.",
        fix="remove the fields about layers from the config.",
    )


def input_embeddings(backbone: PreTrainedModel) -> nn.Module:
    """What turns token ids into states.

    Rule without a row: the module `embeddings` (an encoder's word, position and type), else transformers' own answer.
    """
    row = family_of(backbone.config)
    owner = getattr(backbone, "embeddings" if row is None else row.embeddings, None)
    return owner if isinstance(owner, nn.Module) else backbone.get_input_embeddings()


def first_position(backbone: nn.Module) -> int:
    """The position of a text's first token.

    Rule: 0, or one after the padding's where the table of positions keeps a row for padding (RoBERTa's kin: 2), or the
    first that the embeddings number by themselves (Nystromformer, YOSO: 2).
    """
    embeddings = getattr(backbone, "embeddings", None)
    padding = getattr(getattr(embeddings, "position_embeddings", None), "padding_idx", None)
    if padding is not None:
        return int(padding) + 1
    numbered = getattr(embeddings, "position_ids", None)
    if isinstance(numbered, Tensor) and numbered.numel() and not numbered.is_meta:
        return int(numbered.flatten()[0])
    return 0


def most_tokens(backbone: PreTrainedModel) -> int | None:
    """The longest text that its positions allow, in tokens; None where nothing limits it.

    Rule: the rows of the table of positions, where it has one under that name; else what the config says.
    """
    table = getattr(getattr(backbone, "embeddings", None), "position_embeddings", None)
    rows = getattr(table, "num_embeddings", None)
    positions = rows or getattr(backbone.config.get_text_config(), "max_position_embeddings", None) or 0
    return int(positions) - first_position(backbone) if positions > 0 else None  # XLNet says -1


def layer_windows(config: PreTrainedConfig) -> tuple[int | None, ...]:
    """The sliding window of each layer as transformers' cache reads it, or None where there is none."""
    window = getattr(config, "sliding_window", None)
    kinds = getattr(config, "layer_types", None)
    if kinds is None:
        return (window,) * int(config.num_hidden_layers)
    return tuple(window if kind == "sliding_attention" else None for kind in kinds)
