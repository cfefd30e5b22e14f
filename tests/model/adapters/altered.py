"""Adapter folders with something wrong in them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

Tensors = dict[str, torch.Tensor]


def changed(
    source: Path,
    target: Path,
    *,
    config: dict[str, Any] | None = None,
    card: dict[str, Any] | None = None,
    tensors: Callable[[Tensors], Tensors] | None = None,
) -> Path:
    """A copy of an adapter folder with something wrong in it."""
    shutil.copytree(source, target)
    for name, change in (("adapter_config.json", config), ("classifier.json", card)):
        if change is not None:
            data = json.loads((target / name).read_text())
            (target / name).write_text(json.dumps({**data, **change}))
    if tensors is not None:
        path = target / "adapter_model.safetensors"
        save_file(tensors(load_file(path)), path)
    return target


def drop(part: str) -> Callable[[Tensors], Tensors]:
    """Without the tensors of some name."""
    return lambda found: {k: v for k, v in found.items() if part not in k}
