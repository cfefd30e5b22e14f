"""What a merge takes, before a weight is read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

from core.config import BaseModelConfig
from core.errors import CheckpointError
from core.files.folders import read_model_folder
from core.merge import cost
from core.merge.cost import merge_cost, require_cost, stored_dtype
from core.results import MergeCost
from tests.merge.conftest import LABELS, request, stock_adapter
from tests.tiny import save_tiny_classifier


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16", "float64"])
def test_the_type_of_the_files_decides_and_not_the_candidates(tmp_path: Path, dtype: str) -> None:
    save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "base", dtype=getattr(torch, dtype))
    model.save_pretrained(tmp_path / "other")
    base = BaseModelConfig(pretrained_model_name_or_path="x", torch_dtype="float32")
    assert stored_dtype(read_model_folder(tmp_path / "other"), base) == dtype


def test_disk_is_what_is_written(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", r=2, target_modules=["q_proj"])
    plain = merge_cost(request(base, adapter, tmp_path / "out"), 2**30)
    coded = merge_cost(request(base, adapter, tmp_path / "out", quantisation="nf4"), 2**30)
    size = (base / "model.safetensors").stat().st_size
    assert plain.disk == pytest.approx(size, rel=0.1)
    assert plain.fits
    assert coded.memory > plain.memory


def test_memory_is_a_file_an_update_and_what_is_not_mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the base: of a type that is stored, its weights are read from the files and let go one by one."""
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", r=2, target_modules=["q_proj", "down_proj"])
    tensors = load_file(base / "model.safetensors")
    weights = sum(t.nbytes for t in tensors.values())
    factors = sum(t.nbytes for t in load_file(adapter / "adapter_model.safetensors").values())
    update = 3 * 4 * tensors["model.layers.0.mlp.down_proj.weight"].numel()

    def memory() -> int:
        return merge_cost(request(base, adapter, tmp_path / "out"), 2**30).memory - cost._SLACK

    largest = max(t.nbytes for t in tensors.values())
    assert memory() == weights + largest + factors + update, "a small model is one file"
    monkeypatch.setattr(cost, "FILE_BYTES", 1000)
    assert memory() == 2 * largest + factors + update
    name = "model.layers.1.mlp.up_proj.weight"
    save_file({**tensors, name: tensors[name].half()}, base / "model.safetensors", metadata={"format": "pt"})
    assert memory() == 2 * largest + tensors[name].nbytes + factors + update, "it becomes float32 when it is read"


def test_a_full_disk_is_refused_with_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=2**20))
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    adapter = stock_adapter(base, tmp_path / "adapter", r=2, target_modules=["q_proj"])
    needs = merge_cost(request(base, adapter, tmp_path / "out"), 2**40)
    assert needs.disk_free == 2**20
    with pytest.raises(CheckpointError, match=r"takes 3\.0 GiB of disk, and 1 MiB are free"):
        require_cost(MergeCost(1, 2, 3 * 2**30, 2**20), tmp_path / "out")
