"""The command `spectra`: a table, JSON, files, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from core.cli.app import app

runner = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    tensors = {"layers.0.q.weight": torch.randn(70, 60), "layers.0.norm.weight": torch.ones(9)}
    save_file(tensors, tmp_path / "model.safetensors")
    return tmp_path


def values(folder: Path) -> np.ndarray:
    from safetensors.numpy import load_file

    return np.linalg.svd(load_file(folder / "model.safetensors")["layers.0.q.weight"], compute_uv=False)


def test_a_table(folder: Path) -> None:
    result = runner.invoke(app, ["spectra", str(folder)])
    assert result.exit_code == 0, result.output
    assert "layers.0.q.weight" in result.stdout
    assert f"{values(folder)[0]:.3g}" in result.stdout
    assert "1 matrices in" in result.stderr
    assert "1 tensors are no matrices" in result.stderr


@pytest.mark.parametrize("norms", [True, False])
def test_json(folder: Path, norms: bool) -> None:
    result = runner.invoke(app, ["spectra", str(folder), "--json", *(["--norms"] if norms else [])])
    (row,) = json.loads(result.stdout)
    assert (row["name"], row["layer"], row["rows"], row["columns"]) == ("layers.0.q.weight", 0, 70, 60)
    assert row["spectral_norm"] == pytest.approx(values(folder)[0], rel=1e-5)
    assert (row["effective_rank"] is None) == norms


def test_files(folder: Path) -> None:
    made = folder / "s.json"
    assert runner.invoke(app, ["spectra", str(folder), "--output", str(made)]).exit_code == 0
    (row,) = json.loads(made.read_text())
    assert row["singular_values"] == pytest.approx(values(folder).tolist(), rel=1e-5)
    table = folder / "s.csv"
    assert runner.invoke(app, ["spectra", str(folder), "--output", str(table)]).exit_code == 0
    (line,) = csv.DictReader(table.read_text().splitlines())
    assert float(line["stable_rank"]) == pytest.approx((values(folder) ** 2).sum() / values(folder)[0] ** 2, rel=1e-5)


def test_a_matrix_named_as_a_formula_is_none_in_a_file(tmp_path: Path) -> None:
    path, out = tmp_path / "some.safetensors", tmp_path / "s.csv"
    save_file({"@SUM(A1)": torch.ones(4, 3)}, path)
    result = runner.invoke(app, ["spectra", str(path), "--output", str(out)])
    assert result.exit_code == 0, result.stderr
    (row,) = csv.DictReader(out.read_text().splitlines())
    assert row["name"] == "'@SUM(A1)"


@pytest.mark.parametrize(
    ("more", "problem"),
    [(["--output", "s.txt"], "has no known ending"), (["--output", "no/such/s.csv"], "There is no folder")],
)
def test_refusals(folder: Path, more: list[str], problem: str) -> None:
    result = runner.invoke(app, ["spectra", str(folder), *more])
    assert result.exit_code == 2
    assert problem in result.stderr
    assert "Fix:" in result.stderr
