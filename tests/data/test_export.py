"""One writer: no cell is a formula, every text comes back, a file is whole or not there."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.data.export import FORMULA_STARTS, FileFormat, check_destination, encoded, export, guarded, unguarded
from core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
#: Any text that UTF-8 can hold, often one that begins as a formula, or as one that was guarded.
TEXTS = st.builds(
    str.__add__,
    st.text("'=+-@\t\r", max_size=3),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=20),
)


@given(TEXTS)
def test_the_guard_can_be_taken_off(text: str) -> None:
    assert not guarded(text).startswith(FORMULA_STARTS)
    assert unguarded(guarded(text)) == text
    if not text.lstrip("'").startswith(FORMULA_STARTS):
        assert guarded(text) == text


@given(st.text())
def test_a_cell_as_it_is_read_is_unguarded_once(cell: str) -> None:
    assert unguarded(cell) in (cell, cell[1:])


def read(data: bytes, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter, strict=True))


@hypothesis_settings(deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4, unique=True), st.lists(st.lists(TEXTS, min_size=4, max_size=4)))
@pytest.mark.parametrize(("kind", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_no_cell_of_any_table_is_a_formula(
    kind: FileFormat, delimiter: str, header: list[str], rows: list[list[str]]
) -> None:
    records = [dict(zip(header, row, strict=False)) for row in rows]
    table = read(encoded(records, kind, header), delimiter)
    assert not [cell for row in table for cell in row if cell.startswith(FORMULA_STARTS)]
    assert [[unguarded(cell) for cell in row] for row in table] == [header, *([*r.values()] for r in records)]


@given(st.lists(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_numbers_stay_numbers(numbers: list[float]) -> None:
    _, *cells = read(encoded([{"n": n} for n in numbers], "csv"), ",")
    assert [ast.literal_eval(cell) for (cell,) in cells] == numbers


def test_a_carriage_return_inside_a_cell_is_quoted_and_lines_end_in_one_character() -> None:
    assert encoded([{"a": "x\ry", "b": 1}], "csv") == b'a,b\n"x\ry",1\n'


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_formats_that_no_spreadsheet_runs_hold_text_as_it_is(tmp_path: Path, start: str) -> None:
    records = [{f"{start}name": f"{start}1", "list": [1, 2], "none": None}]
    assert json.loads(encoded(records, "json")) == records
    assert json.loads(encoded(records, "jsonl")) == records[0]
    export(tmp_path / "a.parquet", records)
    assert pd.read_parquet(tmp_path / "a.parquet").columns[0] == f"{start}name"
    assert pd.read_parquet(tmp_path / "a.parquet").iloc[0, 0] == f"{start}1"


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "json", "jsonl"])
def test_lone_surrogates_and_no_records_at_all(tmp_path: Path, kind: FileFormat) -> None:
    path = tmp_path / f"a.{kind}"
    export(path, [{"a \ud800": "b \ud800"}])
    assert path.read_bytes() == encoded([{"a \ud800": "b \ud800"}], kind)
    if kind == "jsonl":
        assert json.loads(path.read_text()) == {"a \ud800": "b \ud800"}
    export(path, [])
    export(path, [], ("a", "b"))
    if kind == "csv":
        assert path.read_text() == "a,b\n"


def test_nothing_that_is_not_finite_gets_into_json() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encoded([{"a": float("nan")}], "json")


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    def records() -> Iterator[dict[str, Any]]:
        yield {"a": 1}
        raise RuntimeError("no more")

    for path in (tmp_path / "old.csv", tmp_path / "new.csv"):
        if path.name == "old.csv":
            path.write_text("old")
        with pytest.raises(RuntimeError, match="no more"):
            export(path, records())
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("old.csv", "old")]


def test_a_place_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    assert check_destination(tmp_path / "A.CSV") == "csv"
    with pytest.raises(InputError, match="'.*a.xlsx' has no known ending. Fix: end its name in .csv or .json"):
        check_destination(tmp_path / "a.xlsx", ("csv", "json"))
    with pytest.raises(InputError, match="There is no folder '.*no'. Fix: make it"):
        check_destination(tmp_path / "no" / "a.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="it is a folder. Fix: name a file"):
        check_destination(tmp_path / "folder.csv")


def test_a_place_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # a superuser may write to anything
    with pytest.raises(InputError, match="cannot be written: Permission denied. Fix: choose another place"):
        export(tmp_path / "a.csv", [{"a": 1}])


def test_nobody_else_writes_tables() -> None:
    """The guard is in one place only as long as no other file writes CSV or Parquet that people open.

    Datasets are kept as they were brought, in a folder of our own, and read by nobody else. A student's targets are
    numbers in Parquet, for a trainer.
    """
    writers = ("csv.writer(", "csv.DictWriter(", ".to_csv(", "write_table(", ".to_parquet(")
    files = [p for folder in ("core", "pages") for p in (ROOT / folder).rglob("*.py")]
    found = {p.relative_to(ROOT).as_posix() for p in files if any(w in p.read_text("utf-8") for w in writers)}
    assert found - {"core/evaluation/dataset_files.py", "core/data/soft_labels.py"} == {"core/data/export.py"}
