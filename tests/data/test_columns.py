"""Which columns are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.data.columns import check_count, choose_columns, choose_text_column, guess_columns
from core.errors import InputError

FILE = Path("a.csv")


def test_columns_in_the_order_asked_for() -> None:
    assert choose_columns(FILE, ["a", "b", "c"], ("c", "a")) == ["c", "a"]
    assert choose_columns(FILE, ["a", "b"], None) == ["a", "b"]


@pytest.mark.parametrize(
    ("header", "names", "message"),
    [
        (["label"], ["lable"], "has no column 'lable'. Fix: did you mean 'label'"),
        (["a", "b", "a"], ["a"], "has 2 columns 'a'. Fix: rename all but one"),
        (["a", "a"], None, "has 2 columns 'a'"),
    ],
)
def test_columns_that_are_not_there_once(header: list[str], names: list[str] | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        choose_columns(FILE, header, names)


@pytest.mark.parametrize(
    ("header", "label", "column"),
    [(["text"], None, "text"), (["a", "text", "b"], None, "text"), (["query", "label"], "label", "query")],
)
def test_the_text_column(header: list[str], label: str | None, column: str) -> None:
    assert choose_text_column(FILE, header, label) == column


@pytest.mark.parametrize(
    ("header", "hint"), [(["texts", "other"], "perhaps 'texts'"), (["a", "b"], "Fix: name the text column.")]
)
def test_no_text_column_is_guessed_among_several(header: list[str], hint: str) -> None:
    with pytest.raises(InputError, match=f"has no column 'text'; it has: {', '.join(header)}.*{hint}"):
        choose_text_column(FILE, header, None)


def test_a_table_is_never_cut() -> None:
    check_count(FILE, 1000, 1000)
    with pytest.raises(InputError, match="more than 1,000 rows. Fix: split the file"):
        check_count(FILE, 1001, 1000)


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        (["id", "Text", "Label"], [["1", "a", "x"], ["2", "b", "y"]], ("Text", "Label")),
        (["id", "note", "kind"], [["1", "a long one", "x"], ["2", "b c", "x"], ["3", "d e", "y"]], ("note", "kind")),
        (["utterance", "id", "intent"], [["a", "1", "x"], ["b", "2", "y"]], ("utterance", "intent")),
        (["words"], [["one two"], ["three four"]], ("words", None)),
        (["a", "b"], [["1", "2"], ["3", "4"]], (None, None)),
        (["text", "id"], [["a b", "1"], ["c d", "2"]], ("text", None)),
        (["text", "label"], [], ("text", "label")),
    ],
)
def test_columns_are_guessed_by_name_then_by_what_is_in_them(
    header: list[str], rows: list[list[str]], expected: tuple[str | None, str | None]
) -> None:
    assert guess_columns(header, rows) == expected
