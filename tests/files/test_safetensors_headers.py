"""The header reader against files that safetensors wrote, and against bytes of any kind."""

from __future__ import annotations

import contextlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file

from core.errors import CheckpointError
from core.files.safetensors_headers import read_header

QUIET = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.one_of(st.integers(-2, 40), st.integers(), st.floats(), st.booleans(), st.text(max_size=3), st.none())
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from(["F32", "BF16", "U8", "F99", 3, None]),
        "shape": st.one_of(st.lists(NUMBERS, max_size=3), NUMBERS),
        "data_offsets": st.one_of(st.lists(NUMBERS, max_size=3), NUMBERS),
    },
)


def file_of(path: Path, header: bytes, data: bytes = b"") -> Path:
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)
    return path


def test_reads_what_safetensors_wrote(tmp_path: Path) -> None:
    tensors = {"a": torch.ones(3, 4), "b": torch.zeros(0, 2, dtype=torch.bfloat16), "c": torch.tensor(1.0)}
    save_file(tensors, tmp_path / "t", metadata={"format": "pt"})
    found = {entry.name: entry for entry in read_header(tmp_path / "t")}
    with safe_open(tmp_path / "t", "pt") as theirs:
        assert set(found) == set(theirs.keys())
        for name, entry in found.items():
            assert list(entry.shape) == theirs.get_slice(name).get_shape()
    raw = (tmp_path / "t").read_bytes()[found["a"].start : found["a"].end]
    assert torch.equal(torch.frombuffer(bytearray(raw), dtype=torch.float32).view(3, 4), tensors["a"])


@QUIET
@given(raw=st.binary(max_size=200))
@example(raw=b"")
@example(raw=(2**63).to_bytes(8, "little"))
@example(raw=(5003).to_bytes(8, "little") + b'{"a":' + b"9" * 4997 + b"}")
def test_any_bytes_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "t").write_bytes(raw)
    try:
        found = read_header(tmp_path / "t")
    except CheckpointError:
        return
    else:
        assert all(entry.end <= len(raw) for entry in found)


@QUIET
@given(header=st.dictionaries(st.text(max_size=4), st.one_of(ENTRIES, NUMBERS, st.lists(NUMBERS)), max_size=4))
def test_any_header_is_read_or_refused(tmp_path: Path, header: dict[str, Any]) -> None:
    path = file_of(tmp_path / "t", json.dumps(header).encode(), bytes(40))
    try:
        found = read_header(path)
    except CheckpointError:
        return
    else:
        spans = sorted((entry.start, entry.end) for entry in found)
        assert all(end <= path.stat().st_size for _, end in spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 12]}}, r"needs 16 bytes and has 12"),
        ({"a": {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]}}, r"ends at byte .* and the file at"),
        ({"a": {"dtype": "U8", "shape": [-1], "data_offsets": [0, 1]}}, r"impossible sizes"),
        (
            {
                "a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                "b": {"dtype": "U8", "shape": [4], "data_offsets": [3, 7]},
            },
            r"tensors 'a' and 'b' overlap",
        ),
    ],
)
def test_a_header_that_lies(tmp_path: Path, header: dict[str, Any], seen: str) -> None:
    with pytest.raises(CheckpointError, match=seen):
        read_header(file_of(tmp_path / "t", json.dumps(header).encode(), bytes(8)))


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
    save_arrays(arrays, tmp_path / "x.safetensors")
    raw = (tmp_path / "x.safetensors").read_bytes()
    found = {t.name: t for t in read_header(tmp_path / "x.safetensors")}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (found[name].shape, found[name].count, found[name].dtype) == (array.shape, array.size, "F32")
        assert raw[found[name].start : found[name].end] == array.tobytes()


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
def test_entries_that_lie_are_refused(tmp_path: Path, header: object, message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        read_header(write(tmp_path / "x.safetensors", header, bytes(16)))


def named(*offsets: tuple[int, int]) -> dict[str, object]:
    return {
        n: {"dtype": "U8", "shape": [b - a], "data_offsets": [a, b]} for n, (a, b) in zip("abc", offsets, strict=False)
    }


@pytest.mark.parametrize(
    ("header", "size", "message"),
    [
        (named((0, 4)), 5, "1 byte that belongs to no tensor, behind 'a', its last tensor"),
        (named((0, 4), (4, 8)), 4104, "4,096 bytes that belong to no tensor, behind 'b'"),
        (named((0, 4), (6, 8)), 8, "2 bytes that belong to no tensor, between 'a' and 'b'"),
        (named((2, 4)), 4, "2 bytes that belong to no tensor, between the header and 'a'"),
        ({}, 3, "3 bytes that belong to no tensor, behind it"),
    ],
)
def test_bytes_of_no_tensor_are_refused_as_the_library_does(
    tmp_path: Path, header: object, size: int, message: str
) -> None:
    path = write(tmp_path / "x.safetensors", header, bytes(size))
    with pytest.raises(CheckpointError, match=message):
        read_header(path)
    with pytest.raises(SafetensorError):
        load_file(path)


@given(st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_whose_length_lies_are_refused_in_words(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(raw)
    if len(raw) >= 8 and int.from_bytes(raw[:8], "little") <= len(raw) - 8:
        with contextlib.suppress(CheckpointError):  # the length is right: what follows may be a header
            read_header(path)
    else:
        with pytest.raises(CheckpointError, match="truncated or not a safetensors file|pointer of git-lfs"):
            read_header(path)


def test_a_pointer_of_git_lfs_says_so(tmp_path: Path) -> None:
    pointer = tmp_path / "model.safetensors"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0a1b\nsize 12345\n")
    with pytest.raises(CheckpointError, match=r"'model\.safetensors' is a pointer of git-lfs.*run `git lfs pull` in"):
        read_header(pointer)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "t")

    def refused(path: Path, *args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(CheckpointError, match="cannot be read: Permission denied"):
        read_header(tmp_path / "t")
