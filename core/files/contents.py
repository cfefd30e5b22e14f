"""Whether a folder is whole: which files a model or an adapter needs, and which of them are not there."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.files.config_numbers import config_numbers
from core.files.weight_files import expected_shards, first_name, weight_entry

CONFIG = "config.json"
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
#: Endings of the files that are read: configs, tokenizers and safetensors; never pickles or code.
READ = (".json", ".safetensors", ".model", ".txt", ".jinja")
#: What a file of git-lfs holds as long as the file itself was not fetched.
LFS_POINTER = b"version https://git-lfs.github.com/spec/"
POINTER_BYTES = 1024


@dataclass(frozen=True)
class Contents:
    """What is in a folder of `needed` files.

    Attributes:
        missing: files of these that are not there, in order; also links to nowhere and pointers of git-lfs. Of a
            snapshot: what a download would bring.
        has_weights: config and weights are all there, so that it can be opened.
        begun: some weights are there, or how many files they are is known.
        problem: why the folder cannot be looked at; empty where it can.
    """

    needed: int = 0
    missing: tuple[str, ...] = ()
    has_weights: bool = False
    begun: bool = False
    problem: str = ""

    @property
    def ready(self) -> bool:
        """Whether nothing is missing, weights least of all."""
        return self.has_weights and not self.missing and not self.problem


def contents(folder: Path, listed: Sequence[str] = (), unfinished: Sequence[str] = ()) -> Contents:
    """Look at names, links and the index; no weight is read.

    Args:
        folder: a model's or an adapter's.
        listed: files that the Hub lists for it, where that is known.
        unfinished: downloads that were begun and belong to it, each standing for a file of unknown name.
    """
    try:
        names = sorted(os.listdir(folder))
        essential = _essential(folder, {*names, *listed}, listed)
        present = [name for name in names if name.endswith(READ)]
        needed = tuple(dict.fromkeys((*(listed or essential), *present)))
        whole = {name for name in {*needed, *essential} if is_whole(os.path.join(folder, name))}
    except OSError as error:
        return Contents(problem=f"'{folder}' cannot be read: {error.strerror or error}")
    missing = (*(name for name in needed if name not in whole), *unfinished)
    weights = [name for name in essential if name.endswith(".safetensors")]
    begun = bool(listed or unfinished) or len(weights) > 1 or not whole.isdisjoint(weights)
    return Contents(len(needed) + len(unfinished), missing, whole.issuperset(essential), begun)


def is_whole(path: str | Path) -> bool:
    """Whether a file is there, not a link to nowhere, and not a pointer of git-lfs."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    may_point = status.st_size <= POINTER_BYTES and str(path).endswith(READ)
    return stat.S_ISREG(status.st_mode) and not (may_point and is_lfs_pointer(path))


def is_lfs_pointer(path: str | Path) -> bool:
    """Whether a file only says where git-lfs would fetch the real one from."""
    with open(path, "rb") as file:
        return file.read(len(LFS_POINTER)) == LFS_POINTER


def _essential(folder: Path, names: set[str], listed: Sequence[str]) -> tuple[str, ...]:
    """Config and weights: the one file, what an index names, or what a shard's name tells."""
    config = config_numbers(folder)
    there = {name for name in names if name in listed or os.path.exists(folder / name)}
    entry = weight_entry(there, config) or weight_entry(names, config)
    if entry is not None:
        return CONFIG, entry.name, *(shards_of(folder / entry.name) if entry.is_index else ())
    if shards := expected_shards(names, config):
        return CONFIG, *shards
    if names & {ADAPTER_CONFIG, ADAPTER_WEIGHTS}:
        return ADAPTER_CONFIG, ADAPTER_WEIGHTS
    return CONFIG, first_name(config)


def shards_of(index: Path) -> tuple[str, ...]:
    """Names of the files in an index, sorted; none where it is missing or damaged, which a load says."""
    try:
        status = index.stat()
    except OSError:
        return ()
    return _shards(str(index), (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=128)
def _shards(index: str, _stamp: tuple[int, int]) -> tuple[str, ...]:
    table = read_table(Path(index)).get("weight_map")
    names = table.values() if isinstance(table, Mapping) else ()
    return tuple(sorted({n for n in names if isinstance(n, str) and Path(n).name == n}))


def read_table(path: Path) -> dict[str, Any]:
    """A JSON file of fields; empty where it is missing, damaged or something else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
