"""`weights --against`: what differs, as a table, as JSON, as files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from core.cli.app import app


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two models of two layers; the second has one matrix doubled, a name that a spreadsheet would run, no norm."""
    first = {f"model.layers.{i}.q.weight": torch.full((2, 2), 1.0 + i) for i in range(2)}
    second = {**first, "model.layers.1.q.weight": torch.full((2, 2), 4.0), "=1+1": torch.ones(1)}
    paths = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    save_file({**first, "norm": torch.ones(2)}, paths[0])
    save_file(second, paths[1])
    return paths


def run(*arguments: object, code: int = 0) -> Any:
    result = CliRunner().invoke(app, ["weights", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def test_the_table_holds_what_is_not_equal(files: tuple[Path, Path]) -> None:
    done = run(files[0], "--against", files[1])
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.split()}
    assert rows["model.layers.1.q.weight"] == ["changed", "100", "%", "100", "%", "2.00", "2.00", "1.00"]
    assert rows["norm"][:4] == ["only", "in", "the", "first"]
    assert "model.layers.0.q.weight" not in rows
    assert (
        "1 of 4 tensors changed, most layer 1 q, by 100 % of its norm; 1 is equal, 1 only in the first, 1 only in the "
        "second." in done.stderr
    )
    assert "Changed: layer 1. Untouched: layer 0." in done.stderr


def test_json_holds_all(files: tuple[Path, Path]) -> None:
    rows = {
        r["name"] or r["name_in_second"]: r for r in json.loads(run(*files[:1], "--against", files[1], "--json").stdout)
    }
    assert [r["status"] for r in rows.values()] == ["equal", "changed", "only in the second", "only in the first"]
    changed = rows["model.layers.1.q.weight"]
    assert (changed["layer"], changed["module"], changed["shape"]) == (1, "q", [2, 2])
    assert (changed["relative_change"], changed["norm_of_change"], changed["cosine"]) == (1.0, 4.0, 1.0)
    assert rows["=1+1"]["name"] is None
    assert rows["norm"]["relative_change"] is None


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_files(files: tuple[Path, Path], tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"o.{ending}"
    run(files[0], "--against", files[1], "--output", out)
    match ending:
        case "csv":
            rows: list[Any] = list(csv.DictReader(out.read_text().splitlines()))
            assert (rows[0]["shape"], rows[3]["norm_of_change"]) == ("2 x 2", "")
            assert rows[2]["name_in_second"] == "'=1+1"
        case "parquet":
            rows = pd.read_parquet(out).to_dict("records")
            assert list(rows[0]["shape"]) == [2, 2]
        case _:
            rows = json.loads(out.read_text())
    assert [r["status"] for r in rows] == ["equal", "changed", "only in the second", "only in the first"]
    assert float(rows[1]["relative_change"]) == 1.0


@pytest.mark.parametrize(
    ("other", "seen"),
    [("nowhere", "no candidate 'nowhere'"), ("llama3-8b-it", "are not on this machine"), ("{0}.bin", "is a pickle")],
)
def test_refusals(files: tuple[Path, Path], other: str, seen: str) -> None:
    files[0].with_suffix(".bin").touch()
    done = run(files[0], "--against", other.format(files[0].with_suffix("")), code=2)
    assert seen in done.stderr
    assert "Fix:" in done.stderr


def test_a_candidate_against_a_folder() -> None:
    done = run("demo-llama", "--against", "assets/models/demo-mistral")
    assert "18 of 38 tensors changed" in done.stderr
    assert "They look unrelated" in done.stderr
    assert "The same: all 38 tensors are equal" in run("demo-llama", "--against", "assets/models/demo-llama").stderr
