"""Model folders that are whole, damaged or lying."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import AppError, CheckpointError, NotFoundError
from core.files.folders import read_adapter_folder, read_model_folder


def test_an_index_that_names_a_missing_or_foreign_shard(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "copy"))
    (copy / "model.safetensors").unlink()
    index = copy / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"w": "model-00001-of-00002.safetensors"}}))
    with pytest.raises(CheckpointError, match=r"names the shard 'model-00001-of-00002\.safetensors', which is missing"):
        read_model_folder(copy)
    index.write_text(json.dumps({"weight_map": {"w": "../../etc/passwd"}}))
    with pytest.raises(CheckpointError, match="which is outside the folder"):
        read_model_folder(copy)


@pytest.mark.parametrize("text", ["{", "[1]", "\udcff"])
def test_a_config_that_is_not_json(tiny_folders: dict[str, Path], tmp_path: Path, text: str) -> None:
    copy = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "copy"))
    (copy / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(AppError, match="not valid JSON|not fields"):
        read_model_folder(copy)


def test_links_to_nowhere_pointers_and_what_may_not_be_read(
    tiny_folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "copy"))
    weights = copy / "model.safetensors"
    weights.unlink()
    weights.symlink_to(tmp_path / "gone")
    with pytest.raises(CheckpointError, match=r"model\.safetensors' is a link to '.*gone', where there is nothing"):
        read_model_folder(copy)
    (copy / "config.json").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0a1b\nsize 12345\n")
    with pytest.raises(CheckpointError, match=r"config\.json' is a pointer of git-lfs.*git lfs pull"):
        read_model_folder(copy)

    def refused(path: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.listdir", refused)
    with pytest.raises(CheckpointError, match="copy' cannot be read: Permission denied"):
        read_model_folder(copy)


def test_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotFoundError, match="is a file, not a folder"):
        read_model_folder(tmp_path / "file")
    with pytest.raises(NotFoundError, match="There is no folder"):
        read_adapter_folder(tmp_path / "nothing")


def test_an_adapter_without_its_weights(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"has no adapter_model\.safetensors"):
        read_adapter_folder(tmp_path)
    (tmp_path / "adapter_model.safetensors").symlink_to("gone")
    with pytest.raises(CheckpointError, match="is a link to 'gone'"):
        read_adapter_folder(tmp_path)
    (tmp_path / "adapter_model.safetensors").unlink()
    (tmp_path / "adapter_model.bin").write_bytes(b"")
    with pytest.raises(CheckpointError, match="only as a pickle"):
        read_adapter_folder(tmp_path)
