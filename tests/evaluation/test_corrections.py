"""Marks are kept, one a row, by whoever marks; a bad one changes nothing."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from core.errors import InputError
from core.evaluation.corrections import FILE, MOST_SIGNS, Corrections
from core.results.corrections import Action, Correction


def test_before_anything_is_marked_there_is_no_file(tmp_path: Path) -> None:
    marks = Corrections(tmp_path)
    assert marks.read() == ()
    marks.clear([1])
    marks.clear()
    assert not list(tmp_path.iterdir())


def test_the_latest_mark_of_a_row_holds_and_is_there_after_a_restart(tmp_path: Path) -> None:
    marks = Corrections(tmp_path)
    marks.write([Correction(7, Action.REMOVE, "ignored", " twice "), Correction(2, Action.RELABEL, " a ")])
    marks.write([Correction(7, Action.LOOK_AGAIN)])
    found = Corrections(tmp_path).read()
    assert found == (Correction(2, Action.RELABEL, "a"), Correction(7, Action.LOOK_AGAIN))
    marks.clear([2, 99])
    assert [c.row for c in marks.read()] == [7]
    marks.clear()
    assert marks.read() == ()


@pytest.mark.parametrize("action", [Action.RELABEL, Action.NEW_CLASS])
def test_without_the_class_that_it_needs_nothing_is_marked(tmp_path: Path, action: Action) -> None:
    marks = Corrections(tmp_path)
    with pytest.raises(InputError, match=f"'{action}' needs a class"):
        marks.write([Correction(1, Action.REMOVE), Correction(2, action, "  ")])
    assert marks.read() == ()


@pytest.mark.parametrize("bad", [{"note": "x" * (MOST_SIGNS + 1)}, {"label": "x" * (MOST_SIGNS + 1)}])
def test_what_is_too_long_is_refused(tmp_path: Path, bad: dict[str, str]) -> None:
    with pytest.raises(InputError, match=f"more than {MOST_SIGNS} signs"):
        Corrections(tmp_path).write([Correction(1, Action.RELABEL, **{"label": "a", **bad})])


def test_many_who_mark_at_once_lose_nothing(tmp_path: Path) -> None:
    def mark(first: int) -> None:
        for row in range(first, first + 20):
            Corrections(tmp_path).write([Correction(row, Action.REMOVE)])

    people = [threading.Thread(target=mark, args=(100 * i,)) for i in range(5)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [c.row for c in Corrections(tmp_path).read()] == sorted(100 * i + k for i in range(5) for k in range(20))


def test_what_fails_half_way_is_undone(tmp_path: Path) -> None:
    marks = Corrections(tmp_path)
    marks.write([Correction(1, Action.REMOVE)])
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute(
            "CREATE TRIGGER t BEFORE INSERT ON corrections WHEN NEW.row = 5 BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(sqlite3.Error):
        marks.write([Correction(4, Action.REMOVE), Correction(5, Action.REMOVE)])
    assert [c.row for c in marks.read()] == [1]
