"""A reward head beside an adapter, in a file of its own, as LLaMA-Factory saves it (`value_head.safetensors`)."""

from __future__ import annotations

from pathlib import Path

from core.config.components import VALUE_HEAD
from core.files.safetensors_headers import TensorEntry, read_header

VALUE_HEAD_WEIGHTS = "value_head.safetensors"


def value_head_tensors(folder: Path) -> dict[str, TensorEntry]:
    """Its tensors by name (`v_head.summary.weight`); none where the folder has no such file.

    Raises:
        CheckpointError: a damaged file.
    """
    path = folder / VALUE_HEAD_WEIGHTS
    entries = read_header(path) if path.is_file() else ()
    return {_with_root(entry.name): entry for entry in entries}


def _with_root(name: str) -> str:
    return name if name.startswith(VALUE_HEAD + ".") else f"{VALUE_HEAD}.{name}"
