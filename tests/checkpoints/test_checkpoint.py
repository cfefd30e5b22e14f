"""Which tensors a folder's checkpoint holds: those of the files that transformers reads, for every command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from core.checkpoints.checkpoint import open_checkpoint
from core.errors import CheckpointError
from core.files.folders import read_model_folder
from tests.tiny import make_tiny_tokenizer, tiny_model


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model's weights: one file, shards, and a sharded variant."""
    root = tmp_path_factory.mktemp("other")
    model = tiny_model("llama", 320, seed=9)
    model.save_pretrained(root / "single")
    model.save_pretrained(root / "shards", max_shard_size="20KB")
    model.save_pretrained(root / "variant", max_shard_size="20KB", variant="fp16")
    return root


def beside(folder: Path, source: Path) -> None:
    for file in source.glob("model*"):
        if not (folder / file.name).exists():
            shutil.copy(file, folder)


@pytest.mark.parametrize("left_over", [("shards",), ("variant",), ("shards", "variant"), ("variant", "single")])
@pytest.mark.parametrize("sharded", [False, True])
def test_every_reader_takes_the_files_of_transformers(
    tmp_path: Path, other: Path, left_over: tuple[str, ...], sharded: bool
) -> None:
    model = tiny_model("llama", 320, seed=3)
    model.save_pretrained(tmp_path, max_shard_size="20KB" if sharded else "1GB")
    make_tiny_tokenizer().save_pretrained(tmp_path)
    for kind in left_over:
        beside(tmp_path, other / kind)
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path).state_dict()
    checkpoint = open_checkpoint(tmp_path)
    assert {t.name: (t.file, t.start) for t in checkpoint.tensors} == {
        name: (t.file, t.start) for name, t in read_model_folder(tmp_path).tensors.items()
    }
    for file in {t.file for t in checkpoint.tensors}:
        for name, values in load_file(file).items():
            assert torch.equal(values, theirs[name])


def test_an_adapter_with_a_config_beside_it_is_read_as_one(tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    shutil.copy(tiny_folders["llama"] / "config.json", tmp_path)
    (tmp_path / "adapter_config.json").write_text("{}")
    save_file({"lora_A": torch.ones(2, 2)}, tmp_path / "adapter_model.safetensors")
    assert [t.name for t in open_checkpoint(tmp_path).tensors] == ["lora_A"]
    (tmp_path / "adapter_model.safetensors").unlink()
    (tmp_path / "adapter_model.safetensors").symlink_to("gone")
    with pytest.raises(CheckpointError, match="is a link to 'gone', where there is nothing"):
        open_checkpoint(tmp_path)


def test_a_folder_above_names_those_below(tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    with pytest.raises(CheckpointError) as raised:
        open_checkpoint(tiny_folders["llama"].parent)
    assert all(f"'{folder}'" in raised.value.fix for folder in tiny_folders.values())
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(CheckpointError, match=r"holds no \.safetensors file: it holds notes\.txt"):
        open_checkpoint(tmp_path)


def test_weights_of_other_names_are_read_where_no_others_are(tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    shutil.copy(tiny_folders["llama"] / "model.safetensors", tmp_path / "weights.safetensors")
    names = {t.name for t in open_checkpoint(tmp_path).tensors}
    shutil.copy(tiny_folders["llama"] / "config.json", tmp_path)
    assert {t.name for t in open_checkpoint(tmp_path).tensors} == names
