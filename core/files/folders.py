"""What a model folder or an adapter folder holds, known before a weight is read."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import CheckpointError, NotFoundError
from core.files.contents import ADAPTER_CONFIG as ADAPTER_CONFIG
from core.files.contents import ADAPTER_WEIGHTS as ADAPTER_WEIGHTS
from core.files.contents import LFS_POINTER, WEIGHTS
from core.files.hub import nothing_at
from core.files.safetensors_headers import TensorEntry, read_header

PICKLES = (".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt")


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
        CheckpointError: no config, an adapter folder, only pickles, a missing shard, a damaged file.
    """
    _require_folder(path)
    if not (path / "config.json").is_file():
        if (path / ADAPTER_CONFIG).is_file():
            raise CheckpointError(
                f"'{path}' is an adapter folder, not a base model.",
                fix="give it as the adapter, and its base as model.",
            )
        raise CheckpointError(
            f"'{path}' has no config.json: it holds {listing(path)}.",
            fix="give the folder that `save_pretrained` wrote.",
        )
    config = _read_json(path / "config.json")
    tensors: dict[str, TensorEntry] = {}
    for shard in weight_files(path):
        tensors.update((entry.name, entry) for entry in read_header(shard))
    if not tensors:
        raise CheckpointError(f"The weight files of '{path}' hold no tensor.", fix="save the model again.")
    return ModelFolder(path, config, tensors)


def read_adapter_folder(path: Path) -> AdapterFolder:
    """Check a PEFT folder and read its header.

    Raises:
        NotFoundError: no such folder.
        CheckpointError: no adapter_config.json, a pickle instead of safetensors, a damaged file.
    """
    _require_folder(path)
    if not (path / ADAPTER_CONFIG).is_file():
        raise CheckpointError(
            f"'{path}' has no {ADAPTER_CONFIG}: it holds {listing(path)}.", fix="give a folder that PEFT saved."
        )
    config = _read_json(path / ADAPTER_CONFIG)
    weights = path / ADAPTER_WEIGHTS
    if not weights.is_file():
        refuse_broken_link(weights)
        refuse_pickles(path)
        raise CheckpointError(f"'{path}' has no {ADAPTER_WEIGHTS}.", fix="save the adapter again with PEFT.")
    return AdapterFolder(path, config, {entry.name: entry for entry in read_header(weights)})


def is_adapter_folder(path: Path) -> bool:
    """Whether a folder looks like a PEFT adapter."""
    return (path / ADAPTER_CONFIG).is_file()


def weight_files(path: Path) -> list[Path]:
    """The safetensors files of a model folder: those its index names, or the one it holds.

    Raises:
        CheckpointError: a missing shard, a broken index, only pickles, none.
    """
    indexes = sorted(path.glob("model*.index*.json"))
    if indexes:
        return _indexed_files(path, indexes[0])
    for name in WEIGHTS:
        if (path / name).is_file():
            return [path / name]
        refuse_broken_link(path / name)
    refuse_pickles(path)
    raise CheckpointError(
        f"'{path}' has a config.json but no weights (model.safetensors): it holds {listing(path)}.",
        fix="save the model with `save_pretrained`, or finish the download.",
    )


def _indexed_files(path: Path, index: Path) -> list[Path]:
    table = _read_json(index).get("weight_map")
    if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
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


def _require_folder(path: Path) -> None:
    try:
        if not path.exists():
            raise nothing_at(str(path))
        if not path.is_dir():
            raise NotFoundError(f"'{path}' is a file, not a folder.", fix="give the folder that holds it.")
        os.listdir(path)
    except OSError as error:
        raise unreadable(path, error) from None


def refuse_broken_link(path: Path) -> None:
    """Raises:
    CheckpointError: a link to a file that is not there: a download that did not end, or a blob that was removed.
    """
    if path.is_symlink():
        raise CheckpointError(
            f"'{path}' is a link to '{os.readlink(path)}', where there is nothing.",
            fix="mend the link, or fetch the model again.",
        )


def unreadable(path: Path, error: OSError) -> CheckpointError:
    """The error for a file or folder that is there and cannot be read; what was seen is the system's own word."""
    return CheckpointError(
        f"'{path}' cannot be read: {error.strerror or error}.", fix="let the user of this process read it."
    )


def refuse_pickles(path: Path) -> None:
    """Raises:
    CheckpointError: the folder has weights as a pickle.
    """
    pickles = sorted(p.name for p in path.iterdir() if p.suffix in PICKLES)
    if pickles:
        raise CheckpointError(
            f"'{path}' holds weights only as a pickle ('{pickles[0]}'), which can run code when opened.",
            fix="open it where you trust it and save it with `save_pretrained` (safetensors).",
        )


def listing(path: Path) -> str:
    """What a folder holds, in a few words."""
    names = sorted(p.name for p in path.iterdir())
    return ("nothing" if not names else ", ".join(names[:5])) + (
        f" and {len(names) - 5} more" if len(names) > 5 else ""
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    if text.startswith(LFS_POINTER):
        raise CheckpointError(
            f"'{path}' is a pointer of git-lfs, not the file itself.", fix="run `git lfs pull` there."
        )
    try:
        data = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"'{path}' is not valid JSON: {error}.", fix="fetch or write it again.") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"'{path}' holds {type(data).__name__}, not fields.", fix="fetch or write it again.")
    return data
