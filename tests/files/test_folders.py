"""Model folders that are whole, damaged or lying."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import AppError, CheckpointError
from core.files.folders import read_model_folder


def test_an_index_that_names_a_missing_or_foreign_shard(tiny_folders: dict[str, Path], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "copy"))
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
