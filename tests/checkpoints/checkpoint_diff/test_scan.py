"""Every number against numpy, on every pair of dtypes, and on files that are not as they should be."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from core.checkpoints import reader
from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.checkpoint_diff import scan
from core.checkpoints.checkpoint_diff.scan import diff_checkpoints
from core.errors import CheckpointError
from core.results import CheckpointDiff, TensorDiff, TensorStatus
from tests.checkpoints.test_weights import FLOATS, INTEGERS, sharded

Tensors = dict[str, torch.Tensor]
DTYPES = (*FLOATS, *INTEGERS, torch.uint64)
EQUAL, SAME, ROUNDED, CHANGED, SHAPE, FIRST, SECOND = (
    TensorStatus.EQUAL,
    TensorStatus.SAME_VALUES,
    TensorStatus.ROUNDED,
    TensorStatus.CHANGED,
    TensorStatus.OTHER_SHAPE,
    TensorStatus.ONLY_FIRST,
    TensorStatus.ONLY_SECOND,
)


def between(folder: Path, first: Tensors, second: Tensors) -> CheckpointDiff:
    """The comparison of two dictionaries, after a way through files."""
    for name, tensors in (("first", first), ("second", second)):
        save_file(tensors, folder / f"{name}.safetensors")
    return diff_checkpoints(
        open_checkpoint(folder / "first.safetensors"), open_checkpoint(folder / "second.safetensors")
    )


def of(folder: Path, first: torch.Tensor, second: torch.Tensor) -> TensorDiff:
    (found,) = between(folder, {"w": first}, {"w": second}).tensors
    return found


def agree(found: TensorDiff, first: torch.Tensor, second: torch.Tensor) -> None:
    """Every field is what numpy says of the same values in float64."""
    a, b = (t.to(torch.float64).numpy().ravel() for t in (first, second))
    unequal = ~((a == b) | (np.isnan(a) & np.isnan(b)))
    finite = np.isfinite(a) & np.isfinite(b)
    assert (found.count, found.changed, found.left_out) == (a.size, unequal.sum(), (~finite).sum())
    a, b = a[finite], b[finite]
    if not a.size:
        assert math.isnan(found.norm)
        return
    d = b - a
    assert found.largest == np.abs(d).max()
    assert found.mean == pytest.approx(np.abs(d).mean(), rel=1e-12)
    assert found.norm == pytest.approx(np.linalg.norm(d), rel=1e-12)
    assert found.norms == pytest.approx((np.linalg.norm(a), np.linalg.norm(b)), rel=1e-12)
    if all(found.norms):
        cosine = np.dot(a / np.linalg.norm(a), b / np.linalg.norm(b))
        assert found.cosine == pytest.approx(cosine, rel=1e-10, abs=1e-12)
    else:
        assert math.isnan(found.cosine)


def bits(data: st.DataObject, dtype: torch.dtype, count: int) -> torch.Tensor:
    """Any bits at all, but for magnitudes whose squares have no float64."""
    size = torch.empty(0, dtype=dtype).element_size()
    raw = data.draw(st.binary(min_size=count * size, max_size=count * size))
    tensor = torch.frombuffer(bytearray(raw or b"\0"), dtype=torch.uint8)[: len(raw)].clone()
    if dtype == torch.bool:
        return tensor % 2 == 0
    tensor = tensor.view(dtype)
    if dtype == torch.float64:
        size_ = tensor.abs()
        tensor = torch.where((size_ < 1e100) & (size_ > 1e-100) | ~tensor.isfinite(), tensor, 1.0)
    return tensor


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bits_of_any_two_dtypes(tmp_path: Path, dtype: torch.dtype, data: st.DataObject) -> None:
    """NaN, infinities, subnormal numbers and extremes of every dtype against any other."""
    count = data.draw(st.integers(0, 40))
    first, second = bits(data, dtype, count), bits(data, data.draw(st.sampled_from(DTYPES)), count)
    if count and first.dtype == second.dtype and data.draw(st.booleans()):  # mostly equal, as checkpoints are
        second = torch.cat([first[:-1], second[-1:]])
    found = of(tmp_path, first, second)
    if first.dtype == second.dtype and first.dtype in (torch.int64, torch.uint64):
        a, b = (t.numpy() for t in (first, second))  # neighbours may be equal in float64
        assert found.changed == (a != b).sum()
        assert not count or found.largest == np.abs(b.astype(float) - a.astype(float)).max()
        return
    agree(found, first, second)
    same_bytes = first.dtype == second.dtype and torch.equal(*(t.view(torch.uint8) for t in (first, second)))
    if same_bytes:
        assert found.status is EQUAL
    else:
        assert found.status is (SAME if found.changed == 0 else found.status)
        assert found.status is not EQUAL


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("part", [None, 1000])
def test_weights_as_they_are_in_models(
    tmp_path: Path, dtype: torch.dtype, part: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one block and part of everything, some blocks equal; and again in many small parts."""
    if part:
        monkeypatch.setattr(scan, "PART", part)
        monkeypatch.setattr(scan, "BLOCK", 250)
    torch.manual_seed(0)
    first = (torch.randn(301, 1003) * 0.02).to(dtype)
    second = first.clone()
    second[200:] += (torch.randn(101, 1003) * 1e-3).to(dtype)
    second[250, 7] = torch.nan
    found = of(tmp_path, first, second)
    agree(found, first, second)
    assert found.status is CHANGED
    assert 0.2 < found.share < 0.35


@pytest.mark.parametrize("narrow", [torch.float16, torch.bfloat16, torch.float32], ids=str)
@pytest.mark.parametrize("wide", [torch.float32, torch.float64, torch.float16], ids=str)
def test_a_copy_in_another_precision_is_equal_once_rounded(
    tmp_path: Path, wide: torch.dtype, narrow: torch.dtype
) -> None:
    if (wide, narrow) in ((torch.float32, torch.float32), (torch.float16, torch.float32), (torch.float16,) * 2):
        wide = torch.float64
    torch.manual_seed(1)
    first = torch.randn(40, 50, dtype=torch.float64).to(wide)
    first[0, :4] = torch.tensor([torch.nan, 0.0, -0.0, 1e-6]).to(wide)
    second = first.to(narrow)
    for one, two in ((first, second), (second, first)):
        found = of(tmp_path, one, two)
        assert found.status is ROUNDED
        agree(found, one, two)
    assert of(tmp_path, second, second.to(torch.float64)).status is SAME
    second[3, 3] += 0.1
    assert of(tmp_path, first, second).status is CHANGED


def test_a_value_that_overflows_is_no_rounding(tmp_path: Path) -> None:
    first = torch.tensor([1.0, 70000.0])
    found = of(tmp_path, first, first.half())
    assert (found.status, found.changed, found.left_out) == (CHANGED, 1, 1)


def test_equal_in_value_but_not_in_bytes(tmp_path: Path) -> None:
    zeros = torch.tensor([0.0, -0.0, 3.0])
    assert of(tmp_path, zeros, zeros.abs()).status is SAME
    quiet = torch.tensor([0x7FC0, 0x7FC1, 0x3F80], dtype=torch.int16).view(torch.bfloat16)
    found = of(tmp_path, quiet, quiet.flip(0)[[1, 1, 0]].clone())
    assert (found.status, found.left_out, found.norm) == (SAME, 2, 0)


def test_integers_that_float64_cannot_tell_apart(tmp_path: Path) -> None:
    first = torch.tensor([2**60, 5])
    found = of(tmp_path, first, first + torch.tensor([1, 0]))
    assert (found.status, found.changed, found.largest) == (CHANGED, 1, 0)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_special_tensors(tmp_path: Path, dtype: torch.dtype) -> None:
    cases = {
        "scalar": torch.tensor(1.5),
        "nothing": torch.zeros(0, 4),
        "nan": torch.full((3, 3), torch.nan),
        "zero": torch.zeros(4, 5),
    }
    first = {name: tensor.to(dtype) for name, tensor in cases.items()}
    second = {name: (tensor + 1).to(dtype) for name, tensor in cases.items()}
    for found in between(tmp_path, first, first).tensors:
        assert found.status is EQUAL
        agree(found, first[found.name], first[found.name])
        if found.norms[0] > 0:
            assert (found.cosine, found.relative) == (1.0, 0.0)
    by_name = {t.name: t for t in between(tmp_path, first, second).tensors}
    for name, found in by_name.items():
        agree(found, first[name], second[name])
    before, after = first["scalar"].double().item(), second["scalar"].double().item()
    assert by_name["scalar"].relative == pytest.approx((after - before) / before)
    if dtype != torch.float8_e8m0fnu:  # that one has no zero
        assert by_name["zero"].relative == math.inf
    assert by_name["nan"].status is EQUAL


def test_shapes_and_what_only_one_has(tmp_path: Path) -> None:
    shapes = {"embed.weight": ((5, 3), (7, 3)), "a": ((2, 3), (3, 2)), "layers.0.w": ((4, 2), (5, 2))}
    first, second = ({name: torch.ones(both[i]) for name, both in shapes.items()} for i in (0, 1))
    first["b"], second["c"] = torch.ones(2), torch.ones(2)
    second["embed.weight"][1, 1] = 3
    found = between(tmp_path, first, second)
    by_name = {t.name: t for t in found.tensors}
    assert {n: t.status for n, t in by_name.items()} == {
        "embed.weight": SHAPE,
        "a": SHAPE,
        "b": FIRST,
        "c": SECOND,
        "layers.0.w": SHAPE,
    }
    grown = by_name["embed.weight"]
    assert (grown.shapes, grown.count, grown.changed) == (((5, 3), (7, 3)), 15, 1)
    assert "5 rows that both have are compared; the second has 2 more" in grown.note
    assert math.isnan(by_name["a"].norm)
    assert math.isnan(by_name["layers.0.w"].norm)
    assert (by_name["b"].shapes, by_name["c"].dtypes) == (((2,), None), (None, "float32"))
    assert [t.name for t in found.tensors] == ["embed.weight", "layers.0.w", "a", "b", "c"]


@pytest.mark.parametrize("tied", [True, False])
def test_a_tied_head_explains_why_it_is_absent(tmp_path: Path, tied: bool) -> None:
    for name, tensors in (("a", {"w": torch.ones(2), "lm_head.weight": torch.ones(2, 2)}), ("b", {"w": torch.ones(2)})):
        (tmp_path / name).mkdir()
        save_file(tensors, tmp_path / name / "model.safetensors")
        (tmp_path / name / "config.json").write_text(json.dumps({"tie_word_embeddings": tied}))
    found = diff_checkpoints(open_checkpoint(tmp_path / "a"), open_checkpoint(tmp_path / "b"))
    head = next(t for t in found.tensors if t.name == "lm_head.weight")
    assert head.status is FIRST
    assert ("The second ties it to its embeddings" in head.note) is tied


def test_aggregates(tmp_path: Path) -> None:
    torch.manual_seed(3)
    first = {f"model.layers.{i}.{m}.weight": torch.randn(4, 4) for i in range(3) for m in ("q", "v")}
    first["model.norm.weight"] = torch.ones(4)
    second = {name: tensor.clone() for name, tensor in first.items()}
    second["model.layers.1.q.weight"] += 0.1
    second["model.layers.1.v.weight"] *= 1.5
    found = between(tmp_path, first, second)
    assert (found.depth, found.modules) == (3, ("q", "v"))
    assert found.counts == {EQUAL: 5, CHANGED: 2}
    assert found.most_changed is not None
    assert (found.most_changed.name, found.most_changed.short_name) == ("model.layers.1.v.weight", "layer 1 v")
    assert found.most_changed.relative == pytest.approx(0.5)
    layer = [torch.cat([side[f"model.layers.1.{m}.weight"] for m in ("q", "v")]).double() for side in (first, second)]
    assert found.change_of_layer(1) == pytest.approx(float((layer[1] - layer[0]).norm() / layer[0].norm()), rel=1e-6)
    assert (found.change_of_layer(0), found.change_of_layer(None)) == (0, 0)
    assert math.isnan(found.change_of_layer(7))
    assert found.bytes == 2 * (6 * 64 + 16)


def test_ten_thousand_tensors(tmp_path: Path) -> None:
    first = {f"model.layers.{i}.w.weight": torch.full((2,), float(i)) for i in range(10_000)}
    second = {name.removeprefix("model."): tensor + (tensor == 77) for name, tensor in first.items()}
    found = between(tmp_path, first, second)
    assert found.prefixes == ("model.", "")
    assert found.counts == {EQUAL: 9_999, CHANGED: 1}
    assert found.tensors[77].other_name == "layers.77.w.weight"


def test_progress_reaches_the_end_and_can_stop_the_work(tmp_path: Path) -> None:
    save_file({f"w{i}": torch.randn(50, 50) for i in range(20)}, tmp_path / "t.safetensors")
    checkpoint = open_checkpoint(tmp_path / "t.safetensors")
    fractions: list[float] = []
    diff_checkpoints(checkpoint, checkpoint, lambda fraction, _: fractions.append(fraction))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1

    def stop(_fraction: float, name: str) -> None:
        raise KeyboardInterrupt(name)

    with pytest.raises(KeyboardInterrupt):
        diff_checkpoints(checkpoint, checkpoint, stop)


# Bad input


def with_unknown_dtype(path: Path, dtype: str, raw: bytes) -> None:
    header = json.dumps({"a": {"dtype": dtype, "shape": [3], "data_offsets": [0, len(raw)]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + raw)


@pytest.mark.parametrize(
    ("dtype", "raw", "status"),
    [
        ("F99", b"1234567", EQUAL),
        ("F99", b"1234568", CHANGED),
        ("F98", b"1234567", TensorStatus.NOT_COMPARED),
        ("F99", b"12345678", TensorStatus.NOT_COMPARED),
        ("U8", b"123", TensorStatus.NOT_COMPARED),
    ],
)
def test_an_unknown_dtype_is_compared_by_its_bytes(
    tmp_path: Path, dtype: str, raw: bytes, status: TensorStatus
) -> None:
    with_unknown_dtype(tmp_path / "a.safetensors", "F99", b"1234567")
    with_unknown_dtype(tmp_path / "b.safetensors", dtype, raw)
    first, second = (open_checkpoint(tmp_path / f"{n}.safetensors") for n in "ab")
    (found,) = diff_checkpoints(first, second).tensors
    assert found.status is status
    assert math.isnan(found.relative)
    assert "F99 is not known here" in found.note


def compared_after(folder: Path, change: Any, monkeypatch: pytest.MonkeyPatch) -> CheckpointDiff:
    """A comparison with a file that `change` gets its hands on between header and weights."""
    for name in ("first", "second"):
        save_file({"w": torch.ones(1000, 1000)}, folder / f"{name}.safetensors")
    first, second = (open_checkpoint(folder / f"{name}.safetensors") for name in ("first", "second"))
    real = reader.OpenFile.blocks

    def late(file: Any, *arguments: Any) -> Any:
        if file.path.name == "second.safetensors" and not hasattr(file, "met"):
            file.met = True
            change(file.path)
        return real(file, *arguments)

    monkeypatch.setattr(reader.OpenFile, "blocks", late)
    return diff_checkpoints(first, second)


def test_a_file_cut_short_while_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CheckpointError, match=r"second.safetensors' ended at byte 1,000"):
        compared_after(tmp_path, lambda path: os.truncate(path, 1000), monkeypatch)


def test_a_file_replaced_while_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def replace(path: Path) -> None:
        other = path.with_name("other")
        save_file({"w": torch.zeros(1000, 1000)}, other)
        other.replace(path)

    with pytest.raises(CheckpointError, match="replaced or written"):
        compared_after(tmp_path, replace, monkeypatch)


def test_a_file_replaced_between_header_and_weights(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    save_file({"w": torch.ones(10)}, path)
    before = open_checkpoint(path)
    save_file({"w": torch.zeros(3, 3), "v": torch.ones(4)}, path)
    with pytest.raises(CheckpointError, match="since its header was read"):
        diff_checkpoints(before, before)


def test_an_index_that_names_a_missing_shard(tmp_path: Path) -> None:
    sharded(tmp_path, {"a": torch.ones(2), "b": torch.ones(2)})
    whole = open_checkpoint(tmp_path)
    assert diff_checkpoints(whole, whole).counts == {EQUAL: 2}
    (tmp_path / "model-1.safetensors").unlink()
    with pytest.raises(CheckpointError, match="which is missing"):
        open_checkpoint(tmp_path)
    with pytest.raises(CheckpointError, match="is gone"):
        diff_checkpoints(whole, whole)
