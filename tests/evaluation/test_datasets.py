"""What people bring: read, kept, and refused with the name that they know it by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import AppError, InputError, NotFoundError
from core.evaluation import datasets
from core.evaluation.datasets import Datasets

CSV = 'text,label,channel\n"Where is\nmy ""card""?",card,app\n=1+1,,chat\n  ,card,\n'


@pytest.fixture
def store(tmp_path: Path) -> Datasets:
    return Datasets(tmp_path / "kept")


def test_a_file_comes_back_cell_by_cell(store: Datasets) -> None:
    summary = store.receive("C:\\mine\\bank.csv", CSV.encode())
    assert (summary.name, summary.rows, summary.columns) == ("bank.csv", 3, ("text", "label", "channel"))
    assert (summary.text_column, summary.label_column, summary.encoding) == ("text", "label", "utf-8")
    assert store.column(summary.id, "text") == ['Where is\nmy "card"?', "=1+1", "  "]
    assert store.column(summary.id, "label") == ["card", "", "card"]
    assert store.counts(summary.id, "label") == {"card": 2, "": 1}
    assert store.filled(summary.id, "text", 100).tolist() == [0, 1]
    assert store.filled(summary.id, "text", 5).tolist() == [1]
    assert store.summary(summary.id) == summary
    assert Datasets(store.folder).summary(summary.id) == summary  # after a restart


def test_the_same_content_is_the_same_dataset(store: Datasets, tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    path.write_text(CSV, encoding="utf-8", newline="")
    first, second = store.receive("bank.csv", CSV.encode()), store.add(path)
    assert first == second
    assert first.id != store.receive("bank.csv", CSV.encode() + b"x,y,z\n").id
    assert not list(store.folder.glob(".new-*"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", b"text\tlabel\nWhere?\tcard\n"),
        ("a.csv", b"text;label\nWhere?;card\n"),
        ("a.csv", b"text|label\nWhere?|card\n"),
        ("a.csv", "text,label\nWhere?,card\n".encode("utf-16")),
        ("a.jsonl", b'{"text": "Where?", "label": "card"}\n'),
    ],
)
def test_formats(store: Datasets, name: str, content: bytes) -> None:
    summary = store.receive(name, content)
    assert store.column(summary.id, "text") == ["Where?"]
    assert store.column(summary.id, "label") == ["card"]


def test_parquet_with_lists_numbers_and_nothing(store: Datasets, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"text": ["a b", None], "label": [1, 2], "tags": [["x", "y"], None], "n": [1.5, np.nan]}).to_parquet(
        path
    )
    summary = store.add(path)
    assert store.column(summary.id, "text") == ["a b", ""]
    assert store.column(summary.id, "label") == ["1", "2"]
    assert [json.loads(cell or "null") for cell in store.column(summary.id, "tags")] == [["x", "y"], None]
    assert store.column(summary.id, "n") == ["1.5", ""]


def test_another_encoding_is_found_and_said(store: Datasets) -> None:
    text = "text,label\n" + "Größe und Stärke für Mädchen,a\n" * 30
    summary = store.receive("a.csv", text.encode("cp1252"))
    assert summary.encoding not in ("", "utf-8")
    assert set(store.column(summary.id, "text")) == {"Größe und Stärke für Mädchen"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xlsx", b"PK", "'a.xlsx' is not a table that can be read"),
        ("a.csv", b"", "'a.csv' is empty"),
        ("a.csv", b"text,label\n", "'a.csv' has no rows"),
        ("a.csv", b"text,text\na,b\n", "'a.csv' has 2 columns 'text'"),
        ("a.csv", b"text,label\na,b,c\n", "'a.csv', line 2: 3 cells where the header has 2"),
        ("a.csv", b"PK\x03\x04\x00\x00\xff\x00" * 20, "'a.csv' holds binary data"),
        ("a.jsonl", b"{", "'a.jsonl', line 1 is not JSON"),
        ("a.parquet", b"no parquet", "'a.parquet' is not a Parquet file"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_own_name(store: Datasets, name: str, content: bytes, message: str) -> None:
    with pytest.raises(InputError) as raised:
        store.receive(name, content)
    assert message in str(raised.value)
    assert str(store.folder) not in str(raised.value)
    assert not list(store.folder.glob("*"))


def test_too_large_a_file_is_refused_while_it_is_read(store: Datasets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="more than 1 GiB"):
        store.receive("a.csv", CSV.encode())


@pytest.mark.parametrize("dataset", ["0" * 16, "../..", "", "/etc"])
def test_what_is_not_here(store: Datasets, dataset: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no dataset"):
        store.summary(dataset)
    with pytest.raises(NotFoundError, match="is not there"):
        store.add(tmp_path / "none.csv")
    with pytest.raises(AppError, match="a folder"):
        store.add(tmp_path)


def test_a_column_that_is_not_there(store: Datasets) -> None:
    summary = store.receive("a.csv", CSV.encode())
    with pytest.raises(InputError, match="has no column 'txt'"):
        store.column(summary.id, "txt")


def test_only_the_last_counts_are_kept(store: Datasets, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets, "_KEPT", 2)
    summary = store.receive("a.csv", CSV.encode())
    first = store.counts(summary.id, "label")
    assert store.counts(summary.id, "label") is first
    for column in ("text", "channel"):
        store.counts(summary.id, column)
    assert store.counts(summary.id, "label") is not first
