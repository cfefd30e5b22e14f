"""Whether a checkpoint holds the tensors that it should: by its config.json, its index, or its own factors.

Importing this file imports no torch; a config.json of a known architecture brings it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from core.checkpoints.checkpoint import Checkpoint
from core.checkpoints.quantised.coded import Coded
from core.checkpoints.quantised.contents import Apart
from core.checkpoints.stacks import places
from core.errors import AppError
from core.files.contents import CONFIG, read_table
from core.files.folders import ModelFolder, weight_files
from core.files.weight_files import weight_entry
from core.files.wrong_folder import kind_of
from core.results.completeness import Completeness, MissingTensor, Reshaped

#: A factor, and what its name has before and after the letter that its partner's differs in.
_FACTOR = re.compile(r"(?P<before>.*\.lora_(?:embedding_)?)(?P<letter>[AB])(?P<after>(?:\..*)?)")
#: Fields of config.json that count layers.
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers")


def completeness(checkpoint: Checkpoint, coded: Mapping[str, Coded | Apart]) -> Completeness:
    """Compare names and shapes; no weight is read. `coded` says which tensors are codes, and which belong to codes."""
    names = [t.name for t in checkpoint.tensors]
    folder = home_of(checkpoint)
    files = {t.file for t in checkpoint.tensors}
    if kind_of(folder) != "model" and (kind_of(folder) == "adapter" or any(map(_FACTOR.fullmatch, names))):
        return Completeness("factors", missing=_missing(names, dict.fromkeys(_partners(names))), remark="")
    whole = _whole(folder)
    if checkpoint.path.is_file() and len(whole) > 1:
        return Completeness("nothing", remark=f"It is one of the {len(whole):,} files of its folder.")
    promised = _missing(names, dict.fromkeys(sorted(_promised(folder) - set(names))))
    if not (folder / CONFIG).is_file():
        return Completeness(missing=promised)
    if whole and files != whole:
        return Completeness(remark="The config.json in its folder belongs to other weights.")
    return _by_config(checkpoint, coded, folder, promised)


def home_of(checkpoint: Checkpoint) -> Path:
    """The folder in which what belongs to the weights lies."""
    return checkpoint.path if checkpoint.path.is_dir() else checkpoint.path.parent


def _by_config(
    checkpoint: Checkpoint, coded: Mapping[str, Coded | Apart], folder: Path, promised: tuple[MissingTensor, ...]
) -> Completeness:
    fields = read_table(folder / CONFIG)
    scales = {name for name, part in coded.items() if isinstance(part, Apart) and part.role == "scales"}
    tensors = {t.name: t for t in checkpoint.tensors if t.name not in scales}
    try:
        from core.model.expected_tensors import expected_tensors

        found = expected_tensors(ModelFolder(folder, fields, tensors))
    except AppError as error:
        return Completeness(missing=promised, stated_layers=_stated_layers(fields), remark=error.problem)
    return Completeness(
        "config",
        found.model,
        found.count,
        _missing([t.name for t in checkpoint.tensors], found.missing) or promised,
        found.unread,
        tuple(Reshaped(name, has, expected) for name, (has, expected) in found.reshaped.items()),
        found.beyond,
        remark="",
    )


def _missing(names: Iterable[str], missing: Mapping[str, tuple[int, ...] | None]) -> tuple[MissingTensor, ...]:
    """With their places among the tensors that are there."""
    known = places([*names, *missing]) if missing else {}
    return tuple(
        MissingTensor(name, known[name].layer, known[name].module, known[name].stack, shape)
        for name, shape in missing.items()
    )


def _partners(names: list[str]) -> list[str]:
    """Names of factors that are not there while the other one of the pair is."""
    found = [match for match in map(_FACTOR.fullmatch, names) if match]
    others = [f"{m['before']}{'B' if m['letter'] == 'A' else 'A'}{m['after']}" for m in found]
    return [name for name in others if name not in set(names)]


def _whole(folder: Path) -> set[Path]:
    """The weight files of a folder; empty where none has a name that is read."""
    try:
        return set(weight_files(folder))
    except AppError:
        return set()


def _promised(folder: Path) -> set[str]:
    """Names in the folder's index, where it is read."""
    entry = weight_entry([p.name for p in folder.iterdir() if p.is_file()], read_table(folder / CONFIG))
    table = read_table(folder / entry.name).get("weight_map") if entry is not None and entry.is_index else None
    return {name for name in table if isinstance(name, str)} if isinstance(table, dict) else set()


def _stated_layers(fields: Mapping[str, Any]) -> int | None:
    stated = next((fields[name] for name in _LAYERS if name in fields), None)
    return stated if isinstance(stated, int) and not isinstance(stated, bool) else None
