"""Headers, folders and fingerprints on files that are whole, damaged or lying."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from core.errors import AppError, CheckpointError, NotFoundError
from core.model.files import read_model_folder
from core.model.hub import cached_snapshot, fetch, is_hub_id
from core.model.safetensors_header import read_header


def write(path: Path, header: object, data: bytes = b"") -> Path:
    raw = json.dumps(header).encode()
    path.write_bytes(len(raw).to_bytes(8, "little") + raw + data)
    return path


def entry(**changes: object) -> dict[str, object]:
    return {"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16], **changes}}


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda n: n != "__metadata__"),
        st.lists(st.integers(0, 5), max_size=3),
        min_size=1,
        max_size=6,
    )
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_names_shapes_and_bytes_are_those_that_were_written(tmp_path: Path, shapes: dict[str, list[int]]) -> None:
    arrays = {name: np.random.default_rng(0).normal(size=shape).astype("float32") for name, shape in shapes.items()}
    save_file(arrays, tmp_path / "x.safetensors")
    raw = (tmp_path / "x.safetensors").read_bytes()
    found = {t.name: t for t in read_header(tmp_path / "x.safetensors")}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (found[name].shape, found[name].count, found[name].dtype) == (array.shape, array.size, "F32")
        assert raw[found[name].start : found[name].end] == array.tobytes()


@given(st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(raw)
    if len(raw) >= 8 and int.from_bytes(raw[:8], "little") <= len(raw) - 8:
        with contextlib.suppress(CheckpointError):  # the length is right: what follows may be a header
            read_header(path)
    else:
        with pytest.raises(CheckpointError, match="truncated or not a safetensors file"):
            read_header(path)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (entry(data_offsets=[0, 20]), "needs 16 bytes and has 20"),
        (entry(data_offsets=[8, 24]), "ends at byte"),
        (entry(data_offsets=[16, 0]), "impossible sizes"),
        (entry(shape=[-2, -2]), "impossible sizes"),
        (entry(shape=[True, 4]), "impossible sizes"),
        ({"w": {"dtype": "F32"}}, "lacks dtype, shape or data_offsets"),
        ([1, 2], "not a table of tensors"),
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, header: object, message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        read_header(write(tmp_path / "x.safetensors", header, bytes(16)))


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


def test_hub_ids_and_the_cache(tmp_path: Path) -> None:
    assert is_hub_id("org/model-7b.v1")
    assert not any(map(is_hub_id, ("model", "./org/model", "/org/model", "a/b/c", "org/", "org/mo del")))
    assert cached_snapshot("org/model", tmp_path) is None
    snapshot = tmp_path / "models--org--model" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    (snapshot / "model.safetensors").write_bytes(b"")
    assert fetch("org/model", tmp_path) == snapshot
    with pytest.raises(NotFoundError, match="There is no folder 'no/such/folder'"):
        fetch("no/such/folder", tmp_path)
    with pytest.raises(CheckpointError, match="'org/other' are not on this machine, and the Hub cannot be reached"):
        fetch("org/other", tmp_path)
