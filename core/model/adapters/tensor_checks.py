"""Did all of it arrive, and is it of this base's sizes? Names and shapes of its tensors, and their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from core.files.folders import AdapterFolder
from core.files.safetensors_headers import TensorEntry
from core.model.adapters.outcomes import passed, refused, warning
from core.results import Check

#: PEFT's own rank where none is stated.
_DEFAULT_RANK = 8
_AGAIN = "give the adapter_config.json that belongs to these weights, or save the adapter again with PEFT."


def keys(expected: set[str], stored: set[str]) -> Check:
    """Names in the attached model against names in the file, both ways."""
    missing, extra = sorted(expected - stored), sorted(stored - expected)
    if missing:
        return refused(
            "Keys",
            f"{len(missing)} of {len(expected)} weights are missing from the file, e.g. '{missing[0]}'.",
            "save the adapter again, whole.",
        )
    if extra:
        return refused(
            "Keys",
            f"{len(extra)} weights in the file have no place in the model, e.g. '{extra[0]}'.",
            "choose the base that the adapter was trained on.",
        )
    return passed("Keys", f"All {len(expected)} weights of the file have their place in the model.")


def layers(depth: int, config: Mapping[str, Any], names: Iterable[str]) -> Check:
    """No layer beyond the last of a base of that depth: by adapter_config.json, and by the names of the tensors."""
    listed = config.get("layers_to_transform")
    listed = [listed] if isinstance(listed, int) else list(listed or [])
    adapted = {int(m[1]) for name in names if (m := re.search(r"\.(?:layers?|h|block)\.(\d+)\.", name))}
    beyond = sorted(n for n in {*listed, *adapted} if not 0 <= n < depth)
    if beyond:
        return refused(
            "Layers",
            f"It adapts layer {beyond[0]}, and this base has layers 0 to {depth - 1}.",
            "choose the base that it was trained on.",
        )
    span = f"{min(adapted)} to {max(adapted)}" if adapted else "none"
    return passed("Layers", f"Adapted layers: {span}, of {depth}.")


def widths(shapes: Mapping[str, tuple[int, ...]], tensors: Mapping[str, TensorEntry], hidden_size: int | None) -> Check:
    """The factors are as wide as the weights that they change; `shapes` are the base's, by the same names."""
    for name, entry in tensors.items():
        module, _, factor = name.partition(".lora_")
        shape = shapes.get(module + ".weight")
        if shape is None or len(entry.shape) != 2 or len(shape) != 2 or factor[:1] not in ("A", "B"):
            continue
        seen = entry.shape[1 if factor[0] == "A" else 0]
        if seen not in shape:
            return refused(
                "Sizes",
                f"It was trained for another width: '{name}' is for {seen}, and the base's weight "
                f"is {shape[0]} x {shape[1]}.",
                "choose a base of that hidden size.",
            )
    return passed("Sizes", f"Widths agree (hidden size {hidden_size}).")


def ranks(folder: AdapterFolder) -> Check:
    """The factors have the axes of factors, and a rank that adapter_config.json states."""
    pattern = folder.config.get("rank_pattern") or {}
    stated = {int(folder.config.get("r") or _DEFAULT_RANK), *map(int, pattern.values())}
    for name, entry in sorted(folder.tensors.items()):
        if not name.endswith((".lora_A.weight", ".lora_B.weight")):
            continue
        if len(entry.shape) < 2:
            return refused("Rank", f"'{name}' has the shape {list(entry.shape)}: no factor of a matrix.", _AGAIN)
        rank = entry.shape[0 if ".lora_A." in name else 1]
        if rank not in stated and not folder.config.get("target_parameters"):  # those of experts stand side by side
            ranks = " or ".join(map(str, sorted(stated)))
            return refused("Rank", f"'{name}' is of rank {rank}, and adapter_config.json states {ranks}.", _AGAIN)
    return passed("Rank", f"Every factor is of a rank that it states: {', '.join(map(str, sorted(stated)))}.")


def values(tensors: Mapping[str, Any]) -> list[Check]:
    """B factors that are not zero, and no NaN or Inf; `tensors` are the file's, by name."""
    broken = sorted(name for name, t in tensors.items() if t.is_floating_point() and not t.isfinite().all())
    if broken:
        return [refused("Values", f"{len(broken)} tensors hold NaN or Inf, e.g. '{broken[0]}'.", "train it again.")]
    factors = {n: t for n, t in tensors.items() if "lora_B" in n or "lora_embedding_B" in n}
    zero = sorted(name for name, t in factors.items() if not t.any())
    if factors and len(zero) == len(factors):
        return [
            warning(
                "Values",
                f"All {len(factors)} B factors are zero: the adapter changes nothing yet.",
                "train it, or use the base alone.",
            )
        ]
    if zero:
        return [
            warning(
                "Values",
                f"{len(zero)} of {len(factors)} B factors are zero, e.g. '{zero[0]}': those modules are not adapted.",
                "check that training reached them.",
            )
        ]
    return [passed("Values", f"All values are finite, and none of the {len(factors)} B factors is zero.")]
