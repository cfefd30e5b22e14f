"""Which weight files of a model folder are read: one rule for every command, page and check.

It is transformers' own (`_get_resolved_checkpoint_files` in `modeling_utils.py`): the file that config.json names, else
`model.safetensors`, else the shards that `model.safetensors.index.json` names. Variants (`model.fp16.safetensors`),
indexes beside a single file and shards that no index names are left alone. A classifier of ours that no stock class
can open keeps its weights under a variant of its own, `model.pooled.safetensors`: it goes first where the config says
that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from core.config.components import DEFAULT_HEAD, DEFAULT_POOLER
from core.config.families import PREFIX, lifts_mask

#: Part of the names of weight files that no stock class can open as what they are.
WEIGHTS_VARIANT = "pooled"
SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
#: The field of config.json that names the weight file, or its index.
EXPLICIT = "transformers_weights"

_SHARD = re.compile(r"(model(?:\.\w+)?)-\d{5}-of-(\d{5})\.safetensors")


@dataclass(frozen=True)
class WeightEntry:
    """Where reading begins: one file, or an index that names the files. `variant` is as transformers takes it."""

    name: str
    variant: str | None = None

    @property
    def is_index(self) -> bool:
        """Whether it names other files."""
        return self.name.endswith(".json")


def weight_entry(names: Collection[str], config: Mapping[str, Any]) -> WeightEntry | None:
    """The file of a folder from which its weights are read; None where none is of any of the right names.

    Args:
        names: files that are there, or will be.
        config: the fields of its config.json.
    """
    return next((entry for entry in _candidates(config) if entry.name in names), None)


def expected_shards(names: Collection[str], config: Mapping[str, Any]) -> tuple[str, ...]:
    """Index and shards that belong to a shard which is there without its index; empty where there is none."""
    stems = {entry.name.removesuffix(".safetensors"): entry.variant for entry in _candidates(config)}
    for shard in filter(None, map(_SHARD.fullmatch, sorted(names))):
        stem, count = shard[1], int(shard[2])
        if stem in stems:
            return _index(stems[stem]), *(f"{stem}-{i:05d}-of-{count:05d}.safetensors" for i in range(1, count + 1))
    return ()


def first_name(config: Mapping[str, Any]) -> str:
    """The name of the file that a folder without any weights would need first."""
    return _candidates(config)[0].name


def _candidates(config: Mapping[str, Any]) -> list[WeightEntry]:
    """What is looked for, in order."""
    explicit = config.get(EXPLICIT)
    if isinstance(explicit, str) and explicit.endswith((".safetensors", ".safetensors.index.json")):
        return [WeightEntry(explicit)]
    variants: tuple[str | None, ...] = (None,)
    if str(config.get("model_type", "")).startswith(PREFIX):
        variants = (None, WEIGHTS_VARIANT) if _opens_as_stock(config) else (WEIGHTS_VARIANT, None)
    return [WeightEntry(name, variant) for variant in variants for name in (_single(variant), _index(variant))]


def _opens_as_stock(config: Mapping[str, Any]) -> bool:
    """Whether a classifier of ours was saved under the names of a stock one."""
    parts = config.get("pooler_type") or DEFAULT_POOLER, config.get("head_type") or DEFAULT_HEAD
    return parts == (DEFAULT_POOLER, DEFAULT_HEAD) and not lifts_mask(config)


def _single(variant: str | None) -> str:
    return SINGLE if variant is None else f"model.{variant}.safetensors"


def _index(variant: str | None) -> str:
    return INDEX if variant is None else f"model.safetensors.index.{variant}.json"
