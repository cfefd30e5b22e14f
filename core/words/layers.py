"""How layers are counted, for every page, command and file: from 0, as in the names of tensors."""

from __future__ import annotations

#: Said once where a person meets a layer's number first.
COUNTED = "Layers are counted from 0, as in the names of tensors."


def layer_name(layer: int) -> str:
    """`layer 0` for the first."""
    return f"layer {layer}"


def last_of(layers: int) -> str:
    """The last of so many: `layer 3, the last`."""
    return f"{layer_name(layers - 1)}, the last"


def after(depth: int) -> str:
    """What was passed when so many layers were: `embeddings` for none, `after layer 0` for one."""
    return "embeddings" if depth == 0 else f"after {layer_name(depth - 1)}"
