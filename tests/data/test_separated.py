"""CSV and TSV as spreadsheets and programs write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.separated import read_separated, separated_header
from core.errors import InputError


def write(folder: Path, content: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "name"),
    [("a,b\n1,2\n", "a.csv"), ("a;b\n1;2\n", "a.csv"), ("a\tb\r\n1\t2\r\n", "a.csv"), ("a\tb\n1\t2", "a.tsv")],
)
def test_the_header_shows_the_separator(tmp_path: Path, content: str, name: str) -> None:
    path = write(tmp_path, content, name)
    assert separated_header(path) == ["a", "b"]
    assert read_separated(path, None, 9) == {"a": ["1"], "b": ["2"]}


def test_columns_in_the_order_asked_for(tmp_path: Path) -> None:
    assert list(read_separated(write(tmp_path, "a,b,c\n1,2,3\n"), ("c", "a"), 9)) == ["c", "a"]


def test_a_tsv_may_hold_commas(tmp_path: Path) -> None:
    assert read_separated(write(tmp_path, "a,b\n1,2\n", "a.tsv"), None, 9) == {"a,b": ["1,2"]}


def test_only_the_columns_asked_for_must_be_named_once(tmp_path: Path) -> None:
    path = write(tmp_path, "a,a,b\n1,2,3\n")
    assert read_separated(path, ("b",), 9) == {"b": ["3"]}
    with pytest.raises(InputError, match="2 columns 'a'"):
        read_separated(path, None, 9)


def test_more_rows_than_allowed_are_not_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 2 rows"):
        read_separated(write(tmp_path, "a\n" + "1\n" * 3), None, 2)
