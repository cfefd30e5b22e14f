"""Did all of it arrive? Names of its tensors, and their values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.files.folders import AdapterFolder
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
