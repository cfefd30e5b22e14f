"""A table by its ending: columns by name, cells as stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.export import export
from core.data.tables import SUFFIXES, column_names, read_columns
from core.errors import InputError, NotFoundError

RECORDS = [{"name": "a, b", "number": 1}, {"name": 'say "x"\nand y', "number": -2}]


def table(folder: Path, suffix: str) -> Path:
    path = folder / f"t{suffix}"
    export(path.with_suffix(".jsonl" if suffix == ".ndjson" else suffix), RECORDS)
    if suffix == ".ndjson":
        path.with_suffix(".jsonl").rename(path)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_exported_can_be_read(tmp_path: Path, suffix: str) -> None:
    path = table(tmp_path, suffix)
    assert column_names(path) == ["name", "number"]
    numbers = ["1", "-2"] if suffix in (".csv", ".tsv") else [1, -2]
    assert read_columns(path) == {"name": [r["name"] for r in RECORDS], "number": numbers}
    assert read_columns(path, ("number",)) == {"number": numbers}


def test_a_field_that_only_some_rows_have(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": 2, "b": 3}\n')
    assert read_columns(path) == {"a": [1, 2], "b": [None, 3]}
    with pytest.raises(InputError, match="row 1 has no field 'b'"):
        read_columns(path, ("b",))


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("a.csv", NotFoundError, "is not there"),
        ("", NotFoundError, "is a folder"),
        ("a.xls", InputError, "not a table"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, kind: type[Exception], message: str) -> None:
    (tmp_path / "a.xls").write_text("x")
    for read in (read_columns, column_names):
        with pytest.raises(kind, match=message):
            read(tmp_path / name)


@pytest.mark.parametrize("content", ["a\n", "\n\n", ""])
def test_a_table_has_rows(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(InputError, match="has no rows|has no header|is empty"):
        read_columns(tmp_path / "a.csv")
