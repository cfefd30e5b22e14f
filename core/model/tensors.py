"""Tensors of files by the names of a model, read one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from core.files.safetensors_headers import TensorEntry


def read_tensors(entries: Mapping[str, TensorEntry], device: torch.device) -> dict[str, Tensor]:
    """The values behind entries, whichever files they are in; the names stay those of `entries`."""
    by_file: dict[Path, list[str]] = {}
    for name, entry in entries.items():
        by_file.setdefault(entry.file, []).append(name)
    result: dict[str, Tensor] = {}
    for file, names in by_file.items():
        with safe_open(file, framework="pt", device=str(device)) as opened:
            result |= {name: opened.get_tensor(entries[name].name) for name in names}
    return {name: result[name] for name in entries}
