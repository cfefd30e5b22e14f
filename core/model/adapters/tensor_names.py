"""Names of an adapter's tensors, whoever wrote them, as our classifier has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.config.components import VALUE_HEAD
from core.files.safetensors_headers import TensorEntry

if TYPE_CHECKING:
    from core.model.stock.layout import StockLayout

PEFT_PREFIX = "base_model.model."
#: Between a module's name and the factor's: all that PEFT itself writes begins so.
FACTOR = ".lora_"
#: What torch.compile, DDP, FSDP and activation checkpointing put between the names of modules.
_WRAPPERS = frozenset({"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"})
#: A state dict that was saved without PEFT's own function has the adapter's name in it: `lora_A.default.weight`.
_ADAPTER_NAME = re.compile(
    r"(?<=\.)(lora_A|lora_B|lora_embedding_A|lora_embedding_B|lora_magnitude_vector)\.(?!weight$|bias$)[^.]+"
)
_SAVED = re.compile(r"(?<=\.)modules_to_save\.[^.]+\.")
#: The module that PEFT put a trained one in the place of.
REPLACED = ".original_module."
_OWN = ("score.", "pooler.", "lm_head.")


def classifier_names(
    tensors: Mapping[str, TensorEntry], prefix: str, layout: StockLayout | None
) -> tuple[dict[str, TensorEntry], bool]:
    """Tensors by the names that our classifier has for them, and whether they were of the bare backbone.

    `prefix` is the name of the backbone in the classifier (`model`); `layout` is the architecture's own head.
    """
    plain = {plain_name(name): entry for name, entry in tensors.items()}
    saved = {_SAVED.sub("", name): name for name in plain}  # PEFT itself writes biases under both names
    plain = {(short if short not in plain else name): plain[name] for short, name in saved.items()} | {
        name: entry for name, entry in plain.items() if _SAVED.sub("", name) in plain
    }
    bare = _is_bare(plain, prefix, layout)
    return {_placed(name, prefix, layout, bare): entry for name, entry in plain.items()}, bare


def plain_name(name: str) -> str:
    """Without the prefixes of PEFT and of wrappers, and without the adapter's name."""
    name = ".".join(part for part in name.split(".") if part not in _WRAPPERS)
    while name != (shorter := name.removeprefix("module.").removeprefix(PEFT_PREFIX)):
        name = shorter
    return _ADAPTER_NAME.sub(r"\1", name)


def wrapper_prefix(names: Mapping[str, TensorEntry]) -> str:
    """The wrapper whose prefix these names have: `_orig_mod`; empty where they have none."""
    return next((part for name in names for part in name.split(".") if part in _WRAPPERS or part == "module"), "")


def _is_bare(plain: Mapping[str, TensorEntry], prefix: str, layout: StockLayout | None) -> bool:
    """Whether factors are named as in the backbone alone, without the prefix that it has in a classifier."""
    of_head = () if layout is None else tuple(root + "." for root in layout.roots)
    factors = [name for name in plain if FACTOR in name and not name.startswith((*_OWN, *of_head))]
    return bool(factors) and not any(name.startswith(prefix + ".") for name in factors)


def _placed(name: str, prefix: str, layout: StockLayout | None, bare: bool) -> str:
    if name.startswith(VALUE_HEAD + "."):
        return f"score.{name.removeprefix(VALUE_HEAD + '.')}"
    renamed = name if layout is None else layout.ours(name)
    if renamed != name:
        return renamed
    return f"{prefix}.{name}" if bare and not name.startswith(_OWN) else name
