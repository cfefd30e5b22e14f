"""Every statistic against numpy and scipy, on every dtype, and on files that are not as they should be."""

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
from scipy.stats import kurtosis

from core.checkpoints import reader, weights
from core.checkpoints.checkpoint import layer_and_module, open_checkpoint
from core.checkpoints.weights import checkpoint_statistics
from core.errors import CheckpointError, NotFoundError
from core.results import WeightReport, WeightStats

FLOATS = (
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
    torch.float8_e4m3fnuz,
    torch.float8_e5m2fnuz,
    torch.float8_e8m0fnu,
)
INTEGERS = (torch.bool, torch.uint8, torch.int8, torch.int16, torch.uint16, torch.int32, torch.uint32, torch.int64)
#: The smallest float32, by which float64 is ranked; squares of far less have no float64, here as in numpy.
TINY = 2e-45
WHOLE = (
    torch.bool,
    torch.uint8,
    torch.int8,
    torch.int16,
    torch.uint16,
    torch.float16,
    torch.bfloat16,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
    torch.float8_e4m3fnuz,
    torch.float8_e5m2fnuz,
    torch.float8_e8m0fnu,
)


def of(folder: Path, **tensors: torch.Tensor) -> dict[str, WeightStats]:
    """Statistics of these tensors, by name, after a way through a file."""
    save_file(tensors, folder / "t.safetensors")
    return {t.name: t for t in checkpoint_statistics(open_checkpoint(folder / "t.safetensors")).tensors}


def agree(found: WeightStats, tensor: torch.Tensor) -> None:
    """Every field is what numpy says of the same values in float64."""
    values = tensor.to(torch.float64).numpy().ravel()
    finite = values[np.isfinite(values)]
    assert (found.count, found.shape) == (values.size, tuple(tensor.shape))
    assert (found.nan, found.inf) == (int(np.isnan(values).sum()), int(np.isinf(values).sum()))
    assert found.dtype == str(tensor.dtype).removeprefix("torch.")
    if not finite.size:
        assert math.isnan(found.mean)
        assert math.isnan(found.q50)
        assert found.histogram.counts == ()
        return
    assert found.zeros == (finite == 0).sum()
    assert found.near_zeros == (np.abs(finite) < 1e-5).sum()
    assert (found.min, found.max) == (finite.min(), finite.max())
    scale = max(1e-300, float(np.abs(finite).max()))
    near(found.mean, finite.mean(), 1e-12, scale)
    norm = np.linalg.norm(finite)
    near(found.norm, norm, 1e-12, float(norm))
    if finite.size > 1:
        near(found.std, scale * (finite / scale).std(ddof=1), 1e-11, scale)
    exact = tensor.dtype in (*WHOLE, torch.float32)
    wanted = np.quantile(finite, (0.01, 0.5, 0.99))
    for value, quantile in zip((found.q01, found.q50, found.q99), wanted, strict=True):
        near(value, quantile, 1e-15 if exact else 1.3e-7, scale)
    counts, edges = np.histogram(finite, bins=np.array(found.histogram.edges))
    assert found.histogram.counts == tuple(counts)
    if (np.diff(edges) > 0).all():  # numpy refuses bins that float64 cannot tell apart
        assert np.allclose(edges, np.histogram_bin_edges(finite, 64), rtol=1e-12)
    if found.std > 1e-3 * scale > 1e-60:  # below, fourth powers have no float64
        near(found.kurtosis, kurtosis(finite / scale), 1e-9, 1 + abs(found.kurtosis))


def near(found: float, wanted: Any, relative: float, scale: float) -> None:
    assert abs(found - wanted) <= relative * scale + TINY, (found, wanted)


@pytest.mark.parametrize("dtype", [*FLOATS, *INTEGERS], ids=str)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bits_of_any_dtype(tmp_path: Path, dtype: torch.dtype, data: st.DataObject) -> None:
    """Bytes at random: NaN, infinities, denormals and extremes of every dtype."""
    size = torch.empty(0, dtype=dtype).element_size()
    count = data.draw(st.integers(0, 70))
    raw = data.draw(st.binary(min_size=count * size, max_size=count * size))
    tensor = (
        torch.tensor(list(raw), dtype=torch.uint8).view(dtype)
        if dtype != torch.bool
        else torch.tensor([b % 2 == 0 for b in raw], dtype=torch.bool)
    )
    if dtype in (torch.float64, torch.float32):  # beyond 1e30 even numpy's fourth powers overflow
        tensor = torch.where(tensor.abs() < 1e30, tensor, torch.where(tensor.isfinite(), 1.0, tensor))
    if dtype in (torch.int64, torch.uint32, torch.int32):
        tensor = (tensor.to(torch.int64) % 2**40).to(dtype) if dtype == torch.int64 else tensor
    agree(of(tmp_path, w=tensor)["w"], tensor)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("scale", [1e-4, 1.0, 30.0])
def test_weights_as_they_are_in_models(tmp_path: Path, dtype: torch.dtype, scale: float) -> None:
    """More than one block of everything, so that parts and blocks are put together."""
    torch.manual_seed(0)
    tensor = (torch.randn(701, 1003) * scale + scale / 3).to(dtype)
    agree(of(tmp_path, w=tensor)["w"], tensor)


def test_a_tensor_in_many_parts_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(1)
    tensor = torch.randn(333, 77).to(torch.bfloat16)
    monkeypatch.setattr(weights, "PART", 1000)
    monkeypatch.setattr(weights, "BLOCK", 250)
    agree(of(tmp_path, w=tensor)["w"], tensor)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_special_tensors(tmp_path: Path, dtype: torch.dtype) -> None:
    cases = {
        "scalar": torch.tensor(1.5),
        "nothing": torch.zeros(0, 4),
        "nan": torch.full((3, 3), torch.nan),
        "equal": torch.full((4, 5), 0.25),
        "zero": torch.zeros(4, 5),
        "minus": torch.tensor([[-0.0, 0.0], [1.0, 0.0]]),
    }
    tensors = {name: tensor.to(dtype) for name, tensor in cases.items()}
    found = of(tmp_path, **tensors)
    for name, tensor in tensors.items():
        agree(found[name], tensor)
    dead = {"zero": 4, "minus": 1} if dtype != torch.float8_e8m0fnu else {}  # that one has no zero
    assert {name: t.dead_rows for name, t in found.items() if t.dead_rows} == dead
    assert math.isnan(found["scalar"].std)
    assert math.isnan(found["equal"].kurtosis)


def test_dead_rows_longer_than_a_block(tmp_path: Path) -> None:
    tensor = torch.ones(3, reader.BLOCK, dtype=torch.float16)
    tensor[1] = -0.0
    assert of(tmp_path, w=tensor)["w"].dead_rows == 1


def test_layers_and_modules() -> None:
    assert layer_and_module("model.layers.3.self_attn.q_proj.weight") == (3, "self_attn.q_proj")
    assert layer_and_module("bert.encoder.layer.11.attention.self.query.bias") == (11, "attention.self.query.bias")
    assert layer_and_module("transformer.h.0.ln_1.weight") == (0, "ln_1")
    assert layer_and_module("model.embed_tokens.weight") == (None, "model.embed_tokens")
    assert layer_and_module("base_model.model.score.4.weight") == (None, "base_model.model.score.4")


def sharded(folder: Path, tensors: dict[str, torch.Tensor]) -> None:
    """A tensor a shard, and the index."""
    names = {name: f"model-{i}.safetensors" for i, name in enumerate(tensors)}
    for name, tensor in tensors.items():
        save_file({name: tensor}, folder / names[name])
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))


def test_what_stands_out_is_said_with_its_rule(tmp_path: Path) -> None:
    torch.manual_seed(2)
    tensors = {f"model.layers.{i}.mlp.up_proj.weight": torch.randn(8, 8) * 0.02 for i in range(5)}
    tensors["model.layers.2.mlp.up_proj.weight"] *= 9
    tensors["model.layers.4.mlp.up_proj.weight"][3] = 0
    tensors["model.norm.weight"] = torch.tensor([1.0, torch.nan, torch.inf])
    sharded(tmp_path, tensors)
    report = checkpoint_statistics(open_checkpoint(tmp_path))
    assert [t.layer for t in report.tensors] == [0, 1, 2, 3, 4, None]
    assert (report.depth, report.modules, report.parameters) == (5, ("mlp.up_proj",), 5 * 64 + 3)
    seen = {(o.tensor.split(".")[2], o.seen) for o in report.outliers}
    assert ("4", "1 of 8 rows are all zero") in seen
    assert ("weight", "1 of 3 values are NaN") in seen
    assert ("weight", "1 of 3 values are infinite") in seen
    assert [o.tensor for o in report.outliers if "root mean square" in o.seen] == ["model.layers.2.mlp.up_proj.weight"]
    assert len(report.outliers) == 4


def test_progress_reaches_the_end_and_can_stop_the_work(tmp_path: Path) -> None:
    tensors = {f"w{i}": torch.randn(50, 50) for i in range(20)}
    save_file(tensors, tmp_path / "t.safetensors")
    checkpoint = open_checkpoint(tmp_path / "t.safetensors")
    fractions: list[float] = []
    checkpoint_statistics(checkpoint, lambda fraction, _: fractions.append(fraction))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1

    def stop(_fraction: float, name: str) -> None:
        raise KeyboardInterrupt(name)

    with pytest.raises(KeyboardInterrupt):
        checkpoint_statistics(checkpoint, stop)


def test_ten_thousand_tensors(tmp_path: Path) -> None:
    tensors = {f"model.layers.{i}.w.weight": torch.full((2,), float(i)) for i in range(10_000)}
    save_file(tensors, tmp_path / "t.safetensors")
    report = checkpoint_statistics(open_checkpoint(tmp_path / "t.safetensors"))
    assert report.depth == 10_000
    assert [t.mean for t in report.tensors] == [float(i) for i in range(10_000)]


# Bad input


def test_an_unknown_dtype_is_listed_without_numbers(tmp_path: Path) -> None:
    header = json.dumps(
        {
            "a": {"dtype": "F99", "shape": [3], "data_offsets": [0, 7]},
            "b": {"dtype": "U8", "shape": [1], "data_offsets": [7, 8]},
        }
    ).encode()
    (tmp_path / "t.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes([0] * 7 + [5]))
    a, b = checkpoint_statistics(open_checkpoint(tmp_path / "t.safetensors")).tensors
    assert "F99 is not known" in a.note
    assert math.isnan(a.mean)
    assert b.mean == 5


def report_after(folder: Path, change: Any, monkeypatch: pytest.MonkeyPatch) -> WeightReport:
    """Statistics of a file that `change` gets its hands on between header and weights."""
    path = folder / "t.safetensors"
    save_file({"w": torch.ones(1000, 1000)}, path)
    checkpoint = open_checkpoint(path)
    real = reader.opened

    def late(paths: set[Path]) -> Any:
        manager = real(paths)
        files = manager.__enter__()
        change(path)

        class Same:
            def __enter__(self) -> Any:
                return files

            def __exit__(self, *error: object) -> None:
                manager.__exit__(None, None, None)

        return Same()

    monkeypatch.setattr(weights, "opened", late)
    return checkpoint_statistics(checkpoint)


def test_a_file_cut_short_while_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CheckpointError, match="ended at byte 1,000"):
        report_after(tmp_path, lambda path: os.truncate(path, 1000), monkeypatch)


def test_a_file_replaced_while_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def replace(path: Path) -> None:
        other = path.with_name("other")
        save_file({"w": torch.zeros(1000, 1000)}, other)
        other.replace(path)

    with pytest.raises(CheckpointError, match="replaced or written"):
        report_after(tmp_path, replace, monkeypatch)


def test_a_file_removed_while_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CheckpointError, match="replaced or written"):
        report_after(tmp_path, lambda path: path.unlink(), monkeypatch)


def test_an_index_that_names_a_missing_shard(tmp_path: Path) -> None:
    sharded(tmp_path, {"a": torch.ones(2), "b": torch.ones(2)})
    (tmp_path / "model-1.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"names the shard 'model-1.safetensors', which is missing"):
        open_checkpoint(tmp_path)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt"])
def test_a_pickle_is_never_opened(tmp_path: Path, name: str) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "opened"),)

    torch.save(Bomb(), tmp_path / name)
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(CheckpointError, match="pickle"):
            open_checkpoint(path)
    assert not (tmp_path / "opened").exists()


def test_links_may_not_leave_the_folder_but_for_the_hubs_cache(tmp_path: Path) -> None:
    hub = tmp_path / "models--a--b"
    (hub / "blobs").mkdir(parents=True)
    snapshot = hub / "snapshots" / "1"
    snapshot.mkdir(parents=True)
    save_file({"w": torch.ones(2)}, hub / "blobs" / "abc")
    (snapshot / "model.safetensors").symlink_to("../../blobs/abc")
    assert len(open_checkpoint(snapshot).tensors) == 1
    outside = tmp_path / "folder"
    outside.mkdir()
    (outside / "model.safetensors").symlink_to(hub / "blobs" / "abc")
    with pytest.raises(CheckpointError, match="a link out of its folder"):
        open_checkpoint(outside)


def test_places_without_a_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing at"):
        open_checkpoint(tmp_path / "none")
    with pytest.raises(CheckpointError, match=r"holds no .safetensors file: it holds nothing"):
        open_checkpoint(tmp_path)
    (tmp_path / "a.txt").touch()
    with pytest.raises(CheckpointError, match=r"is no .safetensors file"):
        open_checkpoint(tmp_path / "a.txt")
    for name in ("a", "b"):
        save_file({"w": torch.ones(2)}, tmp_path / f"{name}.safetensors")
    with pytest.raises(CheckpointError, match=r"'w' is in 'a.safetensors' and in 'b.safetensors'"):
        open_checkpoint(tmp_path)
