"""The header reader against files that safetensors wrote, and against bytes of any kind."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file

from core.errors import CheckpointError
from core.model.safetensors_header import read_header

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
