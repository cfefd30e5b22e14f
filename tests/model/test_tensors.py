"""Tensors of several files, by names of their own."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from core.files.safetensors_headers import read_header
from core.model.tensors import read_tensors


def test_each_is_read_from_its_file_under_the_name_that_is_asked_for(tmp_path: Path) -> None:
    held = {"a": torch.randn(2, 3), "b": torch.arange(4)}
    for name, tensor in held.items():
        save_file({name: tensor}, tmp_path / f"{name}.safetensors")
    entries = {f"model.{name}": read_header(tmp_path / f"{name}.safetensors")[0] for name in held}
    result = read_tensors(entries, torch.device("cpu"))
    assert list(result) == ["model.a", "model.b"]
    assert all(torch.equal(result[f"model.{name}"], tensor) for name, tensor in held.items())
