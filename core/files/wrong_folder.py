"""A folder that is not what it was given as: told as what it is, with the right one where it can be seen from here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from core.errors import CheckpointError
from core.files.config_numbers import config_numbers
from core.files.contents import ADAPTER_CONFIG, CONFIG, read_table
from core.files.unusable import listing, refuse_broken_link, refuse_pickles
from core.files.weight_files import expected_shards, weight_entry

Kind = Literal["model", "adapter"]

#: How deep folders are looked through for the right one, how many are looked at, and how many are named.
DEPTH, LOOKED_AT, NAMED = 2, 1000, 4
#: What a folder of texts holds.
_DATA = (".parquet", ".arrow", ".csv", ".tsv", ".jsonl")
_DATA_FILES = frozenset({"dataset_info.json", "dataset_dict.json", "state.json"})


def kind_of(path: Path) -> Kind | None:
    """What a folder holds: a model, if its weights are there; else an adapter, or None of both."""
    names = os.listdir(path)
    if CONFIG in names and holds_weights(path):
        return "model"
    return "adapter" if ADAPTER_CONFIG in names else None


def holds_weights(path: Path) -> bool:
    """Whether a folder has weight files of the names that a model's are read from, or links of these names."""
    names, config = os.listdir(path), config_numbers(path)
    return weight_entry(names, config) is not None or bool(expected_shards(names, config))


def not_a_model(path: Path) -> CheckpointError:
    """The error for a folder that was given as a model and is none.

    Raises:
        CheckpointError: instead, where its weights are links to nowhere or pickles.
    """
    if kind_of(path) == "adapter":
        base = read_table(path / ADAPTER_CONFIG).get("base_model_name_or_path")
        named = f" ({base})" if isinstance(base, str) and base else ""
        return CheckpointError(
            f"'{path}' is an adapter folder, not a base model.",
            fix=f"give it as the adapter, and its base{named} as model.",
        )
    refuse_broken_link(path / CONFIG)
    nested = offered(path, "model")
    if nested:
        return CheckpointError(
            f"'{path}' holds no model itself, but folders of models.", fix=f"give one of them: {nested}."
        )
    if nested := offered(path, "adapter"):
        return CheckpointError(
            f"'{path}' holds no model, but folders of adapters.",
            fix=f"give their base as the model, and one of them as the adapter: {nested}.",
        )
    return _something_else(path, CONFIG, "model", "give the folder that `save_pretrained` wrote.")


def not_an_adapter(path: Path) -> CheckpointError:
    """The error for a folder that was given as an adapter and is none.

    Raises:
        CheckpointError: instead, where its files are links to nowhere.
    """
    refuse_broken_link(path / ADAPTER_CONFIG)
    nested = offered(path, "adapter")
    if nested:
        return CheckpointError(
            f"'{path}' has no {ADAPTER_CONFIG} itself, but its folders hold adapters.",
            fix=f"give the folder of one of them: {nested}.",
        )
    if kind_of(path) == "model":
        return CheckpointError(
            f"'{path}' is a folder of a whole model, not of an adapter.",
            fix="give it as the model, without an adapter or with the folder of one.",
        )
    return _something_else(path, ADAPTER_CONFIG, "adapter", "give a folder that PEFT saved.")


def offered(path: Path, kind: Kind) -> str:
    """The folders below that hold what was asked for, in words: `'run/checkpoint-500' or 'run/checkpoint-1000'`."""
    names = [f"'{folder}'" for folder in islice(_below(path, DEPTH), LOOKED_AT) if kind_of(folder) == kind]
    if len(names) > NAMED:
        return f"{', '.join(names[:NAMED])} or one of {len(names) - NAMED} more"
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _something_else(path: Path, lacking: str, kind: Kind, fix: str) -> CheckpointError:
    names = sorted(p.name for p in path.iterdir())
    data = [name for name in names if name.endswith(_DATA) or name in _DATA_FILES]
    if data:
        return CheckpointError(
            f"'{path}' holds texts or a dataset ('{data[0]}'), no {kind}.",
            fix=f"give the folder of {'a model' if kind == 'model' else 'an adapter'}; texts to classify are an input.",
        )
    gguf = next((name for name in names if name.endswith(".gguf")), None)
    if gguf and kind == "model":
        return CheckpointError(
            f"'{path}' holds a GGUF file ('{gguf}'), which is not read here.",
            fix="give the safetensors checkpoint that it was made from.",
        )
    if kind == "model":
        refuse_pickles(path)
    return CheckpointError(f"'{path}' has no {lacking}: it holds {listing(path)}.", fix=fix)


def _below(path: Path, depth: int) -> Iterator[Path]:
    """Folders below, the nearer ones first, `checkpoint-500` before `checkpoint-1000`; those closed to us left out."""
    try:
        folders = [entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
        folders = [folder for folder in folders if os.access(folder, os.R_OK | os.X_OK)]
    except OSError:
        return
    ordered = sorted(folders, key=lambda folder: _natural(folder.name))
    yield from ordered
    for folder in ordered if depth > 1 else ():
        yield from _below(folder, depth - 1)


def _natural(name: str) -> list[tuple[int, str]]:
    """A key by which numbers in names sort as numbers."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
