"""What a model folder or an adapter folder holds, known before a weight is read."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import CheckpointError, NotFoundError
from core.files.adapter_fields import require_fields
from core.files.contents import ADAPTER_CONFIG as ADAPTER_CONFIG
from core.files.contents import ADAPTER_WEIGHTS as ADAPTER_WEIGHTS
from core.files.contents import CONFIG
from core.files.hub import nothing_at
from core.files.safetensors_headers import TensorEntry, read_header
from core.files.unusable import PICKLES as PICKLES
from core.files.unusable import listing as listing
from core.files.unusable import read_json, refuse_broken_link, unreadable
from core.files.unusable import refuse_pickles as refuse_pickles
from core.files.weight_files import expected_shards, first_name, weight_entry
from core.files.wrong_folder import kind_of, not_a_model, not_an_adapter, offered


@dataclass(frozen=True)
class ModelFolder:
    """A folder in the transformers layout: `config` as it stands in config.json, tensors by name."""

    path: Path
    config: dict[str, Any]
    tensors: dict[str, TensorEntry]

    @property
    def stored_bytes(self) -> int:
        """Size of all tensors on disk."""
        return sum(t.end - t.start for t in self.tensors.values())


@dataclass(frozen=True)
class AdapterFolder:
    """A PEFT folder: `config` as it stands in adapter_config.json, tensors by name."""

    path: Path
    config: dict[str, Any]
    tensors: dict[str, TensorEntry]


def read_model_folder(path: Path) -> ModelFolder:
    """Check a folder and read the headers of all its shards.

    Raises:
        NotFoundError: no such folder.
        CheckpointError: no config, an adapter folder, only pickles, a missing shard, a damaged file, empty tensors.
    """
    _require_folder(path)
    if not (path / CONFIG).is_file() or kind_of(path) == "adapter":
        raise not_a_model(path)
    config = read_json(path / CONFIG)
    tensors: dict[str, TensorEntry] = {}
    for shard in weight_files(path):
        tensors.update((entry.name, entry) for entry in read_header(shard))
    if not tensors:
        raise CheckpointError(f"The weight files of '{path}' hold no tensor.", fix="save the model again.")
    _require_metadata(path, config)
    _require_filled(path, tensors)
    return ModelFolder(path, config, tensors)


def read_adapter_folder(path: Path) -> AdapterFolder:
    """Check a PEFT folder and read its header.

    Raises:
        NotFoundError: no such folder.
        CheckpointError: no adapter_config.json, a pickle instead of safetensors, a damaged file, empty tensors,
            a field of adapter_config.json of another kind than PEFT takes.
    """
    _require_folder(path)
    if not (path / ADAPTER_CONFIG).is_file():
        raise not_an_adapter(path)
    config = read_json(path / ADAPTER_CONFIG)
    require_fields(config, path)
    weights = path / ADAPTER_WEIGHTS
    if not weights.is_file():
        refuse_broken_link(weights)
        refuse_pickles(path)
        raise CheckpointError(f"'{path}' has no {ADAPTER_WEIGHTS}.", fix="save the adapter again with PEFT.")
    tensors = {entry.name: entry for entry in read_header(weights)}
    _require_filled(path, tensors)
    return AdapterFolder(path, config, tensors)


def is_adapter_folder(path: Path) -> bool:
    """Whether a folder looks like a PEFT adapter."""
    return (path / ADAPTER_CONFIG).is_file()


def weight_files(path: Path) -> list[Path]:
    """The safetensors files of a model folder that are read, by the rule of `core.files.weight_files`.

    Raises:
        CheckpointError: a missing shard, a broken index, a link to nowhere, only pickles, none.
    """
    config = read_json(path / CONFIG) if (path / CONFIG).is_file() else {}
    names = sorted(os.listdir(path))
    entry = weight_entry([name for name in names if (path / name).is_file()], config)
    if entry is not None:
        return _indexed_files(path, path / entry.name) if entry.is_index else [path / entry.name]
    if (broken := weight_entry(names, config)) is not None:
        refuse_broken_link(path / broken.name)
    if shards := expected_shards(names, config):
        refuse_broken_link(path / shards[0])
        raise CheckpointError(
            f"'{path}' holds shards without their index '{shards[0]}'.", fix=f"fetch '{shards[0]}' as well."
        )
    if nested := offered(path, "model"):
        raise CheckpointError(
            f"'{path}' has a config.json, and its weights are not beside it but in folders of models.",
            fix=f"give one of them: {nested}.",
        )
    refuse_pickles(path)
    variants = [name for name in names if re.fullmatch(r"model\.\w+\.safetensors", name)]
    if variants:
        raise CheckpointError(
            f"'{path}' holds only a variant of the weights, '{variants[0]}', which is not read unasked.",
            fix=f"name it '{first_name(config)}', or link it under that name.",
        )
    raise CheckpointError(
        f"'{path}' has no weights of a name that is read ({first_name(config)}): it holds {listing(path)}.",
        fix="save the model with `save_pretrained`, or finish the download.",
    )


def _indexed_files(path: Path, index: Path) -> list[Path]:
    table = read_json(index).get("weight_map")
    if not isinstance(table, dict) or not table or not all(isinstance(v, str) for v in table.values()):
        raise CheckpointError(f"'{index}' has no weight_map.", fix="fetch it again.")
    names = sorted(set(table.values()))
    for name in names:
        if Path(name).name != name:
            raise CheckpointError(f"'{index}' names '{name}', which is outside the folder.", fix="mend the index.")
        if not (path / name).is_file():
            refuse_broken_link(path / name)
            raise CheckpointError(
                f"'{index.name}' names the shard '{name}', which is missing from '{path}'.", fix="fetch that shard."
            )
    return [path / name for name in names]


def _require_metadata(path: Path, config: dict[str, Any]) -> None:
    """An index has a field that transformers reads although it says nothing of the weights."""
    entry = weight_entry([name for name in os.listdir(path) if (path / name).is_file()], config)
    if entry is None or not entry.is_index:
        return
    index = read_json(path / entry.name)
    if "weight_map" in index and not isinstance(index.get("metadata"), dict):
        raise CheckpointError(
            f"'{path / entry.name}' has no metadata, without which transformers does not read it.",
            fix='add "metadata": {} to it, or fetch it again.',
        )


def _require_folder(path: Path) -> None:
    try:
        if not path.exists():
            raise nothing_at(str(path))
        if not path.is_dir():
            raise NotFoundError(
                f"'{path}' is a file, not a folder.", fix=f"give the folder that holds it: '{path.absolute().parent}'."
            )
        os.listdir(path)
    except OSError as error:
        raise unreadable(path, error) from None


def _require_filled(path: Path, tensors: dict[str, TensorEntry]) -> None:
    """Weights that were still spread over processes when they were saved (ZeRO-3) are written as shape [0]."""
    empty = sorted(name for name, entry in tensors.items() if not entry.count and entry.dtype.startswith(("F", "BF")))
    if empty:
        raise CheckpointError(
            f"{len(empty)} of {len(tensors)} tensors in '{path}' are empty, '{empty[0]}' of shape "
            f"{list(tensors[empty[0]].shape)} among them: "
            "they were still spread over processes when they were saved.",
            fix="gather the weights before saving (DeepSpeed: stage3_gather_16bit_weights_on_model_save, or "
            "`zero_to_fp32.py`; PEFT: save the adapter inside `GatheredParameters`), and save again.",
        )
