"""Whether a plain folder is whole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.files.contents import contents, is_lfs_pointer, read_table, shards_of

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0a1b\nsize 12345\n"


def filled(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", "-").replace("_dot_", ".")).write_text(text)
    return folder


def test_folders_that_transformers_saved_are_whole(tiny_folders: dict[str, Path]) -> None:
    for folder in tiny_folders.values():
        held = contents(folder)
        assert held.ready
        assert held.needed == len(list(folder.iterdir()))


def test_shards_are_those_of_the_index(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    AutoModelForCausalLM.from_pretrained(tiny_folders["llama"]).save_pretrained(tmp_path, max_shard_size="20KB")
    shards = sorted(tmp_path.glob("model-*.safetensors"))
    assert shards_of(tmp_path / "model.safetensors.index.json") == tuple(p.name for p in shards)
    assert len(shards) > 2
    assert contents(tmp_path).ready
    shards[1].unlink()
    held = contents(tmp_path)
    assert (held.ready, held.missing, held.begun) == (False, (shards[1].name,), True)
    (tmp_path / "model.safetensors.index.json").unlink()
    assert contents(tmp_path).missing == ("model.safetensors.index.json", shards[1].name)


def test_a_pointer_of_git_lfs_is_a_missing_file(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "copy"))
    (copy / "model.safetensors").write_text(POINTER)
    assert is_lfs_pointer(copy / "model.safetensors")
    assert contents(copy).missing == ("model.safetensors",)


def test_an_adapter_folder_needs_its_two_files(tmp_path: Path) -> None:
    filled(tmp_path, adapter_config_dot_json="{}")
    assert contents(tmp_path).missing == ("adapter_model.safetensors",)
    filled(tmp_path, adapter_model_dot_safetensors="x")
    assert contents(tmp_path).ready
    filled(tmp_path, config_dot_json="{}", model_dot_safetensors="x")
    assert contents(tmp_path).ready


def test_a_folder_that_cannot_be_looked_at_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.listdir", refused)
    held = contents(tmp_path)
    assert not held.ready
    assert "cannot be read: Permission denied" in held.problem


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"weight_map": [1]}', '{"weight_map": {"a": "../../x", "b": 3}}'])
def test_a_damaged_index_names_no_shard(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(text)
    assert shards_of(tmp_path / "model.safetensors.index.json") == ()
    assert isinstance(read_table(tmp_path / "model.safetensors.index.json"), dict)
    assert shards_of(tmp_path / "gone.json") == ()
