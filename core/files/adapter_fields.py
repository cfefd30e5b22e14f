"""The fields of adapter_config.json that PEFT computes with: of the kinds that it takes, before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.errors import CheckpointError


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _are_layers(value: Any) -> bool:
    layers = value if isinstance(value, list) else [value]
    return all(isinstance(layer, int) and not isinstance(layer, bool) for layer in layers)


def _by_name(is_value: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Mapping) and all(map(is_value, value.values()))


#: By field: what it takes in words, and whether a value is that. Null and absent are PEFT's own defaults, but for `r`.
_TAKES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "r": ("a whole number above 0", _is_count),
    "lora_alpha": ("a number", _is_number),
    "lora_dropout": ("a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1),
    "bias": ("'none', 'all' or 'lora_only'", lambda value: value in ("none", "all", "lora_only")),
    "target_modules": ("names of modules or one pattern", lambda value: isinstance(value, str) or _are_names(value)),
    "exclude_modules": ("names of modules or one pattern", lambda value: isinstance(value, str) or _are_names(value)),
    "modules_to_save": ("names of modules", _are_names),
    "layers_to_transform": ("numbers of layers", _are_layers),
    "rank_pattern": ("a rank for each pattern", _by_name(_is_count)),
    "alpha_pattern": ("a number for each pattern", _by_name(_is_number)),
}
_NEVER_NULL = ("r", "lora_alpha")


def require_fields(config: Mapping[str, Any], folder: Path) -> None:
    """Look at the fields of a LoRA adapter; those of other kinds of adapters are left to whoever refuses the kind.

    Raises:
        CheckpointError: a value of another kind, with the field and what it takes.
    """
    if config.get("peft_type") != "LORA":
        return
    for field, (words, fits) in _TAKES.items():
        value = config.get(field)
        absent = value is None and not (field in config and field in _NEVER_NULL)
        if not absent and not fits(value):
            raise CheckpointError(
                f"'{field}' in '{folder / 'adapter_config.json'}' is {value!r}, and takes {words}.",
                fix="write what it was trained with, or save the adapter again with PEFT.",
            )
