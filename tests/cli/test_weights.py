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
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from core.cli.app import app
from tests.tiny import tiny_model

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


def test_json_and_files_hold_what_is_missing_and_what_stands_out(tmp_path: Path) -> None:
    tiny_model("llama", 320).save_pretrained(tmp_path / "m")
    tensors = load_file(tmp_path / "m" / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    tensors["model.layers.0.mlp.up_proj.weight"][:] = 0
    save_file(tensors, tmp_path / "m" / "model.safetensors", {"format": "pt"})
    done = run(tmp_path / "m", "--json")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    gone = rows["model.layers.1.mlp.up_proj.weight"]
    assert (gone["role"], gone["layer"], gone["shape"], gone["mean"]) == ("missing", 1, [48, 32], None)
    assert rows["model.layers.0.mlp.up_proj.weight"]["stands_out"] == "every value is zero (rule: all zero)"
    assert "tensor that config.json asks for (LlamaForCausalLM) is missing: mlp.up_proj of layer 1." in done.stderr
    for ending in ("csv", "parquet", "json"):
        run(tmp_path / "m", "--output", tmp_path / f"o.{ending}")
    (row,) = (r for r in csv.DictReader((tmp_path / "o.csv").read_text().splitlines()) if r["role"] == "missing")
    assert (row["name"], row["shape"], row["mean"]) == ("model.layers.1.mlp.up_proj.weight", "48 x 32", "")
    assert "missing" in set(pd.read_parquet(tmp_path / "o.parquet")["role"])


def test_bytes_that_belong_to_no_tensor_are_a_problem(file: Path) -> None:
    file.write_bytes(file.read_bytes() + bytes(4096))
    assert "4,096 bytes that belong to no tensor" in run(file, "--json", code=2).stderr


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
        (("nowhere",), "no such folder or file: 'nowhere'"),
        (("llama3-8b-it",), "are not on this machine"),
        (("{file}", "--output", "x.exe"), "no known ending"),
        (("{file}", "--output", "/nowhere/x.csv"), "no folder"),
    ],
)
def test_refusals(file: Path, arguments: tuple[str, ...], seen: str) -> None:
    done = run(*(a.format(file=file) for a in arguments), code=2)
    assert seen in done.stderr
    assert "Fix:" in done.stderr
