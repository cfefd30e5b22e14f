"""What autograd keeps of a pass for the way back: named part by part, as a gated decoder keeps them."""

from __future__ import annotations

from typing import Any

from peft.tuners.lora import LoraLayer
from transformers import PreTrainedModel

_FLOAT32 = 4


def kept_bytes(backbone: PreTrainedModel, tokens: int, *, weights_trained: bool = False, padded: bool = False) -> int:
    """Bytes of one text of so many tokens through a backbone, LoRA layers included, whose input takes a gradient.

    Norms read in float32 at least, attention keeps what it multiplies, and the gate what it multiplies; a layer whose
    weight takes a gradient keeps its input as well. Where a text is `padded`, keys and values are there for each head.
    """
    config: Any = backbone.config.get_text_config()
    width, layers = backbone.dtype.itemsize, int(config.num_hidden_layers)
    hidden, inner = int(config.hidden_size), _inner(config)
    norms = _norm_widths(backbone)
    of_layers = _attention(backbone, tokens, width, padded) + 3 * width * inner
    of_all = max(width, _FLOAT32) * norms
    if weights_trained:  # norms and linear layers that are read by several keep one input
        of_layers += width * (2 * hidden + inner + (hidden if _is_eager(config) else 0))
        of_all += width * norms
    return tokens * (layers * of_layers + of_all + _factor_inputs(backbone, width))


def _attention(backbone: PreTrainedModel, tokens: int, width: int, padded: bool) -> int:
    """Of one token and layer: queries, keys, values, what comes out; maps where the kernel does not make them again."""
    config: Any = backbone.config.get_text_config()
    heads = _number(config, "num_attention_heads")
    size = _number(config, "head_dim") or int(config.hidden_size) // max(heads, 1)
    groups = _number(config, "num_key_value_heads") or heads
    if not _is_eager(config):
        return width * 2 * size * (heads + (heads if padded else groups)) + _FLOAT32 * heads
    maps = max(_FLOAT32 + (width if width < _FLOAT32 else 0), width)
    if getattr(config, "attn_logit_softcapping", None):
        maps += width
    return width * 3 * size * heads + tokens * heads * maps


def _norm_widths(backbone: PreTrainedModel) -> int:
    """Numbers that all norms of a backbone read of a token; those of single heads read all heads."""
    hidden = int(backbone.config.get_text_config().hidden_size)
    return hidden * sum("norm" in type(module).__name__.lower() for module in backbone.modules())


def _factor_inputs(backbone: PreTrainedModel, width: int) -> int:
    """Inputs and outputs of first factors. Layers of one part read one input, unless each casts it for itself."""
    shared, total = dict[tuple[str, int], int](), 0
    for name, layer in backbone.named_modules():
        factors: Any = layer.lora_A.values() if isinstance(layer, LoraLayer) else ()
        for weight in (factor.weight for factor in factors if factor.weight.requires_grad):
            rank, read = int(weight.shape[0]), int(weight.shape[1])
            total += weight.itemsize * rank
            if weight.itemsize == width:
                shared[name.rpartition(".")[0], read] = width * read
            else:
                total += weight.itemsize * read
    return total + sum(shared.values())


def _inner(config: Any) -> int:
    return _number(config, "intermediate_size") or 4 * int(config.hidden_size)


def _is_eager(config: Any) -> bool:
    return getattr(config, "_attn_implementation", None) == "eager"


def _number(config: Any, name: str) -> int:
    try:
        value = getattr(config, name, None)
    except RuntimeError:  # of a config whose layers differ in it: the largest counts
        layers = config.per_layer_config
        value = max(getattr(layer, name) for layer in (layers.values() if isinstance(layers, dict) else layers))
    return value if isinstance(value, int) else 0
