"""How names of one tensor differ between versions, wrappers and ways of storing: rules, from the strictest on."""

from __future__ import annotations

import re

#: What classes put around a model put into its names, anywhere: compiled, parallel, sharded, checkpointed, adapted.
_WRAPPERS = frozenset(
    {"_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "base_layer", "modules_to_save"}
)
#: What holds a text model, by version.
_CONTAINERS = frozenset({"model", "language_model", "base_model"})
#: What holds a part of a model of several kinds of input.
_PARTS = frozenset({"text_model", "vision_model", "transformer"})
#: An older name of a layer's end, and what it is called now.
_ENDINGS = {
    "gamma": "weight",
    "beta": "bias",
    "qweight": "weight",
    "weight_packed": "weight",
    "weight_g": "parametrizations.weight.original0",
    "weight_v": "parametrizations.weight.original1",
}
#: Behind the name of a projection: its codes in blocks (MXFP4).
_BLOCKS = re.compile(r"(?<=_proj)_blocks$")
_EXPERT = {"w1": "gate_proj", "w2": "down_proj", "w3": "up_proj"}
_ADAPTER_NAME = re.compile(r"(lora_(?:A|B|embedding_A|embedding_B|magnitude_vector))\.(?!weight$)[^.]+")


def without_wrappers(name: str) -> str:
    """`_orig_mod.model.layers.0.norm.gamma` -> `model.layers.0.norm.weight`; an adapter's own name goes as well."""
    name = _ADAPTER_NAME.sub(r"\1", name.removeprefix("base_model.model."))
    parts = [part for part in name.split(".") if part not in _WRAPPERS]
    if parts and parts[-1] in _ENDINGS:
        parts[-1] = _ENDINGS[parts[-1]]
    if parts:
        parts[-1] = _BLOCKS.sub("", parts[-1])
    return ".".join(parts)


def without_containers(name: str) -> str:
    """`language_model.model.layers.0` and `model.language_model.layers.0` -> `layers.0`; experts as they are today."""
    parts = [part for part in without_wrappers(name).split(".") if part not in _CONTAINERS]
    parts = ["mlp" if part == "block_sparse_moe" else part for part in parts]
    if "experts" in parts:
        parts = [_EXPERT.get(part, part) for part in parts]
    return ".".join(parts)


def without_parts(name: str) -> str:
    """Without `text_model`, `vision_model`, `transformer` as well."""
    return ".".join(part for part in without_containers(name).split(".") if part not in _PARTS)


#: In this order: what a stricter rule pairs, a laxer one leaves alone.
RULES = (without_wrappers, without_containers, without_parts)
