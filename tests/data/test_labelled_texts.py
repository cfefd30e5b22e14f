"""Reading texts from files, and refusing what would be read wrongly."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.data.labelled_texts import read_rows
from core.errors import InputError, NotFoundError
from core.results import LabelledTexts

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40).filter(str.strip)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".jsonl"])
def test_every_text_survives_every_format(tmp_path: Path, suffix: str, pairs: list[tuple[str, str]]) -> None:
    path = tmp_path / f"rows{suffix}"
    texts, labels = [t for t, _ in pairs], [label for _, label in pairs]
    match suffix:
        case ".parquet":
            pq.write_table(pa.table({"text": texts, "label": labels}), path)
        case ".jsonl":
            lines = (json.dumps({"text": t, "label": label}) for t, label in pairs)
            path.write_text("\n".join(lines), encoding="utf-8")
        case _:
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter="\t" if suffix == ".tsv" else ",", quoting=csv.QUOTE_ALL)
                writer.writerows([("text", "label"), *pairs])
    rows = read_rows(path, label_column="label")
    assert rows == LabelledTexts(tuple(texts), tuple(labels), ("text", "label"), str(path))


def test_words_that_mean_nothing_to_other_readers_stay_words(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text,label\nNA,null\n007,1.0\ntrue,None\n")
    assert read_rows(path, "text", "label").texts == ("NA", "007", "true")
    assert read_rows(path, "text", "label").labels == ("null", "1.0", "None")


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("bom.csv", b"\xef\xbb\xbftext\nhello\n", ("hello",)),
        ("semicolons.csv", "text;label\nhello, you;a\n", ("hello, you",)),
        ("spreadsheet.csv", "text\tlabel\nhello\ta\n".encode("utf-16"), ("hello",)),
        ("blank-lines.csv", "\ntext,label\n\nhello,a\n\n", ("hello",)),
        ("lines.csv", 'text,label\r\n"two\nlines",a\r\n', ("two\nlines",)),
        ("spaces.csv", " text , label\nhello,a\n", ("hello",)),
        ("nul.jsonl", '{"text": "a\\u0000b"}\n\n', ("a\0b",)),
        ("other.ndjson", '{"sentence": "hello"}\n', ("hello",)),
    ],
)
def test_files_as_people_have_them(tmp_path: Path, name: str, content: str | bytes, texts: tuple[str, ...]) -> None:
    assert read_rows(write(tmp_path, name, content)).texts == texts


def test_a_text_longer_than_the_csv_readers_own_limit(tmp_path: Path) -> None:
    text = "word " * 100_000
    assert read_rows(write(tmp_path, "long.csv", f"text\n{text}\n")).texts == (text,)


def test_the_only_other_column_is_the_text(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "category,query\na,hello\n")
    assert read_rows(path, label_column="category").texts == ("hello",)


def test_one_column_may_be_both(tmp_path: Path) -> None:
    rows = read_rows(write(tmp_path, "a.csv", "text\nhello\n"), "text", "text")
    assert (rows.texts, rows.labels, len(rows)) == (("hello",), ("hello",), 1)


def test_lists_of_labels_become_json(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"text": "hello", "label": ["a", "b|c"]}\n{"text": "you", "label": 3}\n')
    assert read_rows(path, label_column="label").labels == ('["a", "b|c"]', "3")


BAD: list[tuple[str, str | bytes, dict[str, Any], str]] = [
    ("a.csv", "", {}, "is empty. Fix: give a file with a header"),
    ("a.csv", "\n\n", {}, "has no header"),
    ("a.csv", "text\n", {}, "has no rows"),
    ("a.csv", "text\n\n", {}, "has no rows"),
    ("a.csv", "texts,label\na,b\n", {"text_column": "text"}, "no column 'text'. Fix: did you mean 'texts'"),
    ("a.csv", "texts,other\na,b\n", {}, "no column 'text'; it has: texts, other. Fix: name the .* perhaps 'texts'"),
    ("a.csv", "text,label\na,b\n", {"label_column": "labl"}, "no column 'labl'. Fix: did you mean 'label'"),
    ("a.csv", "text,text\na,b\n", {}, "has 2 columns 'text'. Fix: rename all but one"),
    ("a.csv", "text,label\na,b\nc\n", {}, "line 3: 1 cells where the header has 2. Fix: .* in double quotes"),
    ("a.csv", "text,label\na,b,c\n", {}, "line 2: 3 cells where the header has 2"),
    ("a.csv", 'text,label\n"a,b\n', {}, "damaged near line 2: unexpected end of data"),
    ("a.csv", 'text,label\n"a"b,c\n', {}, "damaged near line 2"),
    ("a.csv", b"text\ncaf\xe9\n", {}, "not UTF-8 text .*0xe9.*Fix: save it again as UTF-8"),
    ("a.csv", b"caf\xe9\nx\n", {}, "not UTF-8 text"),
    ("a.csv", b"t\0e\0x\0t\0\n\0a\0", {}, "binary data or another encoding"),
    ("a.csv", "text,label\n ,b\n", {}, "row 1: the text is empty. Fix: fill it in"),
    ("a.csv", "text\n1\n2\n3\n", {"max_rows": 2}, "more than 2 rows. Fix: split the file"),
    ("a.jsonl", '{"text": "1"}\n{"text": "2"}\n', {"max_rows": 1}, "more than 1 rows"),
    ("a.jsonl", '{"text": "a"}\n{"txt": "b"}\n', {}, "row 2 has no field 'text'"),
    ("a.jsonl", '{"text": 3}\n', {}, r"row 1: column 'text' holds a int \(3\), not text"),
    ("a.jsonl", '{"text": null}\n', {}, "holds nothing, not text"),
    ("a.jsonl", '{"text": "a", "label": null}\n', {"label_column": "label"}, "holds nothing, not a label"),
    ("a.jsonl", '{"text": "a", "label": {}}\n', {"label_column": "label"}, "holds an object, not a label"),
    ("a.jsonl", "[1]\n", {}, "line 1 is a JSON list, not an object"),
    ("a.jsonl", '{"text"\n', {}, "line 1 is not JSON"),
    ("a.jsonl", "[" * 100_000 + "\n", {}, "line 1 is not JSON"),
    ("a.jsonl", b'{"text": "\xff"}\n', {}, "not UTF-8 text"),
    ("a.parquet", "PAR1 this is none", {}, "not a Parquet file that can be read"),
    ("a.xlsx", "x", {}, "not a table that can be read. Fix: give a file of .csv"),
]


@pytest.mark.parametrize(("name", "content", "options", "message"), BAD)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: str | bytes, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_rows(write(tmp_path, name, content), **options)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="is not there. Fix: check the path"):
        read_rows(tmp_path / "no.csv")
    with pytest.raises(NotFoundError, match="is a folder"):
        read_rows(tmp_path)


def test_parquet_columns_and_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a", "b"], "label": pa.array(["x", "y"]).dictionary_encode(), "n": [1, 2]}), path)
    assert read_rows(path, label_column="label").labels == ("x", "y")
    assert read_rows(path, "text", "n").labels == ("1", "2")
    with pytest.raises(InputError, match="more than 1 rows"):
        read_rows(path, max_rows=1)
    with pytest.raises(InputError, match="no column 'lable'. Fix: did you mean 'label'"):
        read_rows(path, label_column="lable")
