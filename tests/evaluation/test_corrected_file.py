"""A list of marks finds its rows again in another order; the corrected dataset holds every other cell as it was."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.export import encoded
from core.errors import InputError
from core.evaluation.corrected_file import corrected_rows, read_list, row_ids, write_list
from core.results.corrections import NAMING, Action, Correction

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def test_ids_are_of_the_text_and_count_what_stands_twice() -> None:
    first = list(row_ids(["a", "b", "a", "a"]))
    assert len(set(first)) == 4
    assert first[2:] == [f"{first[0]}-2", f"{first[0]}-3"]
    assert set(row_ids(["a", "a", "b", "a"])) == set(first), "another order, the same ids"
    assert all(len(name.split("-")[0]) == 12 for name in first)


@given(st.lists(CELLS, min_size=1, max_size=20), st.data())
def test_the_list_comes_back_for_another_order_of_the_rows(texts: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(range(len(texts))), unique=True))
    marks = []
    for row in rows:
        action = data.draw(st.sampled_from(list(Action)))
        label = data.draw(CELLS.filter(lambda s: bool(s.strip()))) if action in NAMING else ""
        marks.append(Correction(row, action, label, data.draw(CELLS)))
    ids = list(row_ids(texts))
    content = write_list(marks, dict(enumerate(ids)), dict(enumerate(texts)), {})
    order = random.Random(0).sample(range(len(texts)), len(texts))
    there = {name: place for place, name in enumerate(row_ids([texts[i] for i in order]))}
    taken, unknown = read_list(content, there)
    assert unknown == 0
    assert [(texts[order[c.row]], c.action, c.label, c.note) for c in taken] == [
        (texts[c.row], c.action, c.label, c.note) for c in marks
    ]


def test_rows_that_are_not_there_are_counted_and_no_cell_is_a_formula() -> None:
    marks = [Correction(0, Action.REMOVE, "", "=1+1"), Correction(1, Action.NEW_CLASS, "-new")]
    content = write_list(marks, {0: "aa", 1: "bb"}, {0: "=A1", 1: "b"}, {0: "+x", 1: "y"})
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[1] == "aa,1,'=A1,'+x,remove,,'=1+1"
    taken, unknown = read_list(content, {"bb": 9})
    assert (taken, unknown) == ([Correction(9, Action.NEW_CLASS, "-new")], 1)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"text,label\na,b\n", "no column 'action' and no column 'id'"),
        (b"id,action\nx,burn\n", "Line 2 of the list has the action 'burn'"),
        (b"id,action\nx\n", "Line 2 of the list has the action ''"),
        (b"\xff\xfe\x00", "no list of corrections"),
        (b"", "no column 'action' and no column 'id'"),
    ],
)
def test_what_is_no_such_list_is_told(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_list(content, {})


def test_the_corrected_dataset() -> None:
    columns = {"id": ["1", "2", "3"], "text": ["=a", "b\n", "c"], "label": ["x", "x", "y"]}
    marks = [Correction(0, Action.RELABEL, "Y"), Correction(1, Action.REMOVE), Correction(2, Action.LOOK_AGAIN)]
    rows = list(corrected_rows(columns, "label", marks, str.lower, {}))
    assert rows == [{"id": "1", "text": "=a", "label": "y"}, {"id": "3", "text": "c", "label": "y"}]
    assert [json.loads(line) for line in encoded(rows, "jsonl").decode().splitlines()] == rows


def test_a_merged_class_goes_with_all_its_rows_however_they_are_written() -> None:
    means = {"x": "X", "X ": "X", "y": "Y", "z": "Z"}
    columns = {"text": list("abcdef"), "label": ["x", "X ", "y", "z", "none of ours", "y"]}
    marks = [
        Correction(0, Action.MERGE, "Y"),
        Correction(2, Action.MERGE, "Z"),
        Correction(3, Action.MERGE, "X"),  # would lead back
        Correction(5, Action.RELABEL, "X"),
    ]
    rows = corrected_rows(columns, "label", marks, str.lower, means)
    assert [row["label"] for row in rows] == ["z", "z", "z", "z", "none of ours", "z"]
    strange = [Correction(4, Action.MERGE, "Y")]
    rows = corrected_rows(columns, "label", strange, str.lower, means)
    assert [row["label"] for row in rows] == ["x", "X ", "y", "z", "y", "y"], "what is not merged stays as written"
