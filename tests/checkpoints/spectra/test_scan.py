"""Spectra against numpy's decomposition, WeightWatcher's analysis, and files that are not as they should be."""

from __future__ import annotations

import json
import math
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from core.checkpoints.checkpoint import open_checkpoint
from core.checkpoints.spectra import gram
from core.checkpoints.spectra import scan as module
from core.checkpoints.spectra.records import exported
from core.checkpoints.spectra.scan import checkpoint_spectra, tensor_spectrum
from core.errors import CheckpointError, NotFoundError
from core.results import SpectraKind, SpectraReport, Spectrum, effective_rank

FLOATS = (
    torch.float16,
    torch.bfloat16,
    torch.float32,
    torch.float64,
    torch.float8_e4m3fn,
    torch.float8_e5m2,
    torch.float8_e4m3fnuz,
    torch.float8_e5m2fnuz,
)


def report(folder: Path, tensors: dict[str, torch.Tensor], kind: SpectraKind = "full") -> SpectraReport:
    save_file(tensors, folder / "t.safetensors")
    return checkpoint_spectra(open_checkpoint(folder / "t.safetensors"), kind)


def of(folder: Path, tensor: torch.Tensor, kind: SpectraKind = "full") -> Spectrum:
    (found,) = report(folder, {"w": tensor}, kind).spectra
    return found


def decaying(rows: int, columns: int, power: float, seed: int = 0) -> torch.Tensor:
    """A matrix whose singular values fall like k^-power."""
    generator = torch.Generator().manual_seed(seed)
    n = min(rows, columns)
    left = torch.linalg.qr(torch.randn(rows, n, generator=generator, dtype=torch.float64))[0]
    right = torch.linalg.qr(torch.randn(columns, n, generator=generator, dtype=torch.float64))[0]
    made: torch.Tensor = left * torch.arange(1, n + 1, dtype=torch.float64) ** -power @ right.T
    return made


def agree(found: Spectrum, tensor: torch.Tensor, error: float = 2e-13) -> None:
    """Singular values as numpy's: their squares to a share of the largest; those above the resolution to 1 %."""
    wanted = np.linalg.svd(tensor.to(torch.float64).flatten(1).numpy(), compute_uv=False)
    assert found.singular_values is not None
    assert found.singular_values.shape == wanted.shape
    assert (np.diff(found.singular_values) <= 0).all()
    largest = wanted[0]
    assert np.abs(found.singular_values**2 - wanted**2).max() <= error * largest**2 + 1e-300
    clear = wanted > found.resolution
    assert np.allclose(found.singular_values[clear], wanted[clear], rtol=0.01)
    assert found.spectral_norm == pytest.approx(largest, rel=max(1e-6, error), abs=1e-300)
    assert found.norm == pytest.approx(np.linalg.norm(wanted), rel=1e-9, abs=1e-300)
    if largest:
        assert found.stable_rank == pytest.approx((wanted**2).sum() / largest**2, rel=1e-5)
        shares = wanted / wanted.sum()
        entropy = -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
        assert found.effective_rank == pytest.approx(math.exp(entropy), rel=1e-4)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.integers(2, 40),
    columns=st.integers(2, 40),
    seed=st.integers(0, 2**31),
    exponent=st.integers(-4, 4),
    rank=st.integers(1, 40),
)
@example(rows=9, columns=36, seed=1_419_065_878, exponent=0, rank=6)  # settles on the second value for a while
def test_any_matrix_of_any_dtype(
    tmp_path: Path, dtype: torch.dtype, rows: int, columns: int, seed: int, exponent: int, rank: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(rows, rank, generator=generator) @ torch.randn(rank, columns, generator=generator)
    tensor = (values * 2.0**exponent).to(dtype)
    if not tensor.to(torch.float32).isfinite().all():
        return
    agree(of(tmp_path, tensor), tensor)
    quick = of(tmp_path, tensor, "norms")
    wanted = float(np.linalg.svd(tensor.double().numpy(), compute_uv=False)[0])
    assert quick.spectral_norm == pytest.approx(wanted, rel=1e-5, abs=1e-300)
    assert quick.norm == pytest.approx(float(tensor.double().norm()), rel=1e-9, abs=1e-300)
    assert quick.singular_values is None
    assert math.isnan(quick.effective_rank)


@pytest.mark.parametrize("size", [1e-200, 1e-30, 1e30, 1e200])
@pytest.mark.parametrize("kind", ["norms", "full"])
def test_sizes_whose_squares_leave_a_float(tmp_path: Path, size: float, kind: SpectraKind) -> None:
    dtype = torch.float64 if size in (1e-200, 1e200) else torch.bfloat16
    tensor = (torch.randn(30, 20, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * size).to(dtype)
    found = of(tmp_path, tensor, kind)
    wanted = np.linalg.svd(tensor.double().numpy(), compute_uv=False)
    assert found.spectral_norm == pytest.approx(wanted[0], rel=1e-6)
    assert found.stable_rank == pytest.approx(((wanted / wanted[0]) ** 2).sum(), rel=1e-5)


@pytest.mark.parametrize("shape", [(600, 90), (90, 600), (300, 300), (16, 3, 5, 5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_tall_wide_square_and_convolutions(tmp_path: Path, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(1)).to(dtype)
    found = of(tmp_path, tensor)
    agree(found, tensor)
    assert (found.rows, found.columns) == (shape[0], math.prod(shape[1:]))
    assert found.beyond_random is not None


def test_slices_of_a_matrix_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gram, "_SLICE", 700)
    monkeypatch.setattr(gram, "_BLOCK", 13)
    for shape in ((230, 47), (47, 230)):
        tensor = torch.randn(shape, generator=torch.Generator().manual_seed(2))
        agree(of(tmp_path, tensor), tensor)


def test_float32_is_used_for_large_matrices_only_where_it_is_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gram, "ALWAYS_DOUBLE", 100)
    flat, steep = decaying(300, 260, 0.5), decaying(300, 260, 3.0)
    agree(of(tmp_path, flat), flat, error=1e-5)
    found = of(tmp_path, flat)
    assert found.resolution == pytest.approx(found.spectral_norm * math.sqrt(50 * gram.ERROR[torch.float32]), rel=1e-4)
    agree(of(tmp_path, steep), steep)
    found = of(tmp_path, steep)
    assert found.resolution == pytest.approx(found.spectral_norm * math.sqrt(50 * gram.ERROR[torch.float64]), rel=1e-4)


def test_a_random_matrix_ends_at_the_random_edge_and_a_spike_stands_out(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(400, 300, generator=generator)
    found = of(tmp_path, noise)
    assert found.random_edge == pytest.approx(math.sqrt(400) + math.sqrt(300), rel=0.01)
    assert found.spectral_norm == pytest.approx(found.random_edge, rel=0.03)
    spiked = of(tmp_path, noise + 5 * torch.outer(torch.ones(400), torch.ones(300)) / 10)
    assert spiked.beyond_random == 1


@pytest.mark.parametrize("kind", ["norms", "full"])
def test_zeros_have_norm_zero_and_no_ranks(tmp_path: Path, kind: SpectraKind) -> None:
    found = of(tmp_path, torch.zeros(70, 60), kind)
    assert (found.norm, found.spectral_norm, found.beyond_random in (0, None)) == (0.0, 0.0, True)
    assert math.isnan(found.stable_rank)
    assert math.isnan(found.alpha)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("dtype", FLOATS[:4], ids=str)
def test_what_is_not_finite_is_said(tmp_path: Path, bad: float, dtype: torch.dtype) -> None:
    tensor = torch.ones(8, 8)
    tensor[3, 3] = bad
    found = of(tmp_path, tensor.to(dtype))
    assert found.note == "holds NaN or infinite values"
    assert math.isnan(found.spectral_norm)
    assert found.singular_values is None


def test_what_is_no_matrix_of_floats_is_left_out(tmp_path: Path) -> None:
    made = report(
        tmp_path,
        {
            "vector": torch.ones(5),
            "number": torch.tensor(1.0),
            "none": torch.zeros(0, 4),
            "row": torch.ones(1, 9),
            "whole": torch.ones(4, 4, dtype=torch.int8),
            "matrix": torch.eye(4),
        },
    )
    assert [s.name for s in made.spectra] == ["matrix"]
    assert made.left_out == 5


def test_too_little_memory_is_said_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "free_memory", lambda _: 70 * 2**20)
    made = report(tmp_path, {"small": torch.eye(30), "large": torch.ones(900, 900)})
    notes = {s.name: s.note for s in made.spectra}
    assert "needs 89 MiB, and 70 MiB are free" in notes["large"]
    assert notes["small"] == ""


def test_the_same_as_weightwatcher(tmp_path: Path) -> None:
    """Its `spectral_norm` is the largest eigenvalue, the square of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import weightwatcher

        torch.manual_seed(3)
        layers = [torch.nn.Linear(400, 150, bias=False), torch.nn.Linear(150, 220, bias=False)]
        with torch.no_grad():
            layers[1].weight.copy_(decaying(220, 150, 0.8))
        theirs = weightwatcher.WeightWatcher(model=torch.nn.Sequential(*layers), log_level="ERROR").analyze()
    ours = report(tmp_path, {f"{i}.weight": m.weight.detach() for i, m in enumerate(layers)}).spectra
    assert len(theirs) == len(ours) == 2
    for found, (_, row) in zip(ours, theirs.iterrows(), strict=True):
        assert found.power_law is not None
        assert found.spectral_norm**2 == pytest.approx(row["spectral_norm"], rel=1e-4)
        assert found.stable_rank == pytest.approx(row["stable_rank"], rel=1e-4)
        assert found.alpha == pytest.approx(row["alpha"], rel=1e-4)
        assert found.power_law.distance == pytest.approx(row["D"], rel=1e-3)
        assert found.power_law.values == row["num_evals"]


def test_one_tensor_of_many(tmp_path: Path) -> None:
    tensors = {"a": torch.randn(20, 30), "b": torch.randn(9), "c": torch.randn(5, 5, dtype=torch.float64)}
    save_file(tensors, tmp_path / "t.safetensors")
    checkpoint = open_checkpoint(tmp_path)
    agree(tensor_spectrum(checkpoint, "c"), tensors["c"])
    with pytest.raises(NotFoundError, match="holds no tensor 'd'"):
        tensor_spectrum(checkpoint, "d")
    with pytest.raises(CheckpointError, match="'b' has no spectrum: it is F32 of shape"):
        tensor_spectrum(checkpoint, "b")


def test_progress_and_stopping(tmp_path: Path) -> None:
    save_file({f"layers.{i}.w.weight": torch.randn(20, 20) for i in range(5)}, tmp_path / "t.safetensors")
    told: list[tuple[float, str]] = []
    made = checkpoint_spectra(open_checkpoint(tmp_path), "full", lambda share, name: told.append((share, name)))
    assert [name for _, name in told] == [s.name for s in made.spectra]
    assert [share for share, _ in told] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])

    class EnoughError(Exception):
        pass

    def stop(share: float, name: str) -> None:
        if share > 0.3:
            raise EnoughError

    with pytest.raises(EnoughError):
        checkpoint_spectra(open_checkpoint(tmp_path), "full", stop)


def test_a_file_replaced_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    save_file({"a": torch.randn(20, 20), "b": torch.randn(20, 20)}, path)

    def replace(share: float, name: str) -> None:
        if name == "b":
            save_file({"a": torch.zeros(20, 20), "b": torch.zeros(20, 20)}, tmp_path / "new.safetensors")
            os.replace(tmp_path / "new.safetensors", path)

    with pytest.raises(CheckpointError, match="was replaced or written while it was read"):
        checkpoint_spectra(open_checkpoint(path), "full", replace)


def test_a_file_cut_short_meanwhile_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "t.safetensors"
    save_file({"a": torch.randn(20, 20), "b": torch.randn(20, 20)}, path)
    checkpoint = open_checkpoint(path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)
    with pytest.raises(CheckpointError, match="ended at byte"):
        checkpoint_spectra(checkpoint, "norms")


def test_as_a_file(tmp_path: Path) -> None:
    made = report(
        tmp_path, {"layers.0.q.weight": decaying(80, 70, 0.7), "layers.0.nan.weight": torch.full((3, 3), math.nan)}
    )
    rows = {row["name"]: row for row in json.loads(exported(made, "json"))}
    q = next(s for s in made.spectra if s.module == "q")
    assert q.singular_values is not None
    assert rows["layers.0.q.weight"]["singular_values"] == q.singular_values.tolist()
    assert rows["layers.0.q.weight"]["alpha"] == q.alpha
    assert rows["layers.0.nan.weight"]["spectral_norm"] is None
    lines = exported(made, "csv").decode().splitlines()
    assert lines[0].startswith("name,layer,module,dtype,rows,columns,norm,spectral_norm")
    assert len(lines) == 3


def test_effective_rank_of_equal_and_of_single_values() -> None:
    assert effective_rank(np.ones(7)) == pytest.approx(7)
    assert effective_rank(np.array([3.0, 0.0, 0.0])) == pytest.approx(1)
    assert effective_rank(np.zeros(4)) == 0


def test_experts_one_by_one_are_a_module_with_numbers(tmp_path: Path) -> None:
    """As where the experts of a layer share a tensor: a figure has one line of marks for all of them."""
    names = [f"model.layers.{i}.block_sparse_moe.experts.{e}.w1.weight" for i in range(2) for e in range(3)]
    found = report(tmp_path, {name: torch.randn(4, 5) for name in names})
    assert [s.name for s in found.spectra] == names
    assert [s.expert for s in found.spectra] == [0, 1, 2] * 2
    assert found.modules == ("block_sparse_moe.experts.w1",)
