"""`weights`: the contract's fields, the files it writes, and what stands out."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from core.cli.app import app

CONTRACT = {
    "name",
    "layer",
    "module",
    "dtype",
    "shape",
    "count",
    "mean",
    "std",
    "min",
    "max",
    "norm",
    "zeros",
    "near_zeros",
    "nan",
    "inf",
    "q01",
    "q50",
    "q99",
    "kurtosis",
    "histogram",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A matrix of a layer with a NaN in it, and a scalar."""
    matrix = torch.arange(12, dtype=torch.float16).view(3, 4)
    matrix[0, 0] = torch.nan
    path = tmp_path / "some.safetensors"
    save_file({"model.layers.7.q.weight": matrix, "scale": torch.tensor(2.0)}, path)
    return path


def test_a_tensor_named_as_a_formula_is_none_in_a_file(tmp_path: Path) -> None:
    path, out = tmp_path / "some.safetensors", tmp_path / "o.csv"
    save_file({'=HYPERLINK("x")': -torch.ones(2, 2)}, path)
    run(path, "--output", out)
    (row,) = csv.DictReader(out.read_text().splitlines())
    assert (row["name"], row["mean"]) == ('\'=HYPERLINK("x")', "-1.0")


def run(*arguments: object, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["weights", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def test_json_holds_the_fields_of_the_contract(file: Path) -> None:
    matrix, scale = json.loads(run(file, "--json").stdout)
    assert set(matrix) >= CONTRACT
    assert (matrix["layer"], matrix["module"], matrix["shape"], matrix["nan"]) == (7, "q", [3, 4], 1)
    assert matrix["mean"] == pytest.approx(6.0)
    assert (len(matrix["histogram"]["edges"]), sum(matrix["histogram"]["counts"])) == (65, 11)
    assert (scale["layer"], scale["std"], scale["mean"]) == (None, None, 2.0)


def test_the_table_and_what_stands_out(file: Path) -> None:
    done = run(file)
    assert "model.layers.7.q.weight" in done.stdout
    assert "model.layers.7.q.weight: 1 of 12 values are NaN (rule: any NaN)" in done.stderr


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_files(file: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"o.{ending}"
    run(file, "--output", out)
    match ending:
        case "csv":
            rows: list[Any] = list(csv.DictReader(out.read_text().splitlines()))
            assert (rows[0]["shape"], rows[1]["std"]) == ("3 x 4", "")
        case "parquet":
            rows = pd.read_parquet(out).to_dict("records")
            assert list(rows[0]["shape"]) == [3, 4]
            assert math.isnan(rows[1]["std"])
            assert len(rows[0]["histogram_counts"]) == 64
        case _:
            rows = json.loads(out.read_text())
            assert rows[1]["std"] is None
    assert [r["name"] for r in rows] == ["model.layers.7.q.weight", "scale"]
    assert float(rows[0]["mean"]) == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (("nowhere",), "no candidate 'nowhere'"),
        (("llama3-8b-it",), "are not on this machine"),
        (("{file}", "--output", "x.exe"), "no known ending"),
        (("{file}", "--output", "/nowhere/x.csv"), "no folder"),
    ],
)
def test_refusals(file: Path, arguments: tuple[str, ...], seen: str) -> None:
    done = run(*(a.format(file=file) for a in arguments), code=2)
    assert seen in done.stderr
    assert "Fix:" in done.stderr
