"""A run keeps its work until it ended, then words or read-only plain data."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest

from core.errors import InputError
from core.results import TaskStatus
from core.tasks.progress import CancelledError, Progress
from core.tasks.record import Record
from core.tasks.stopping import stop_if_asked


class Model:
    """Stands for a loaded pair."""


def test_a_result_is_read_only_and_its_bytes_are_counted() -> None:
    record = Record((0, "a"), lambda _: {"values": np.zeros(1000)}, None)
    record.run()
    assert record.state.status is TaskStatus.DONE
    assert record.over.is_set()
    assert record.nbytes > 8000
    result: Any = record.state.result
    with pytest.raises(ValueError, match="read-only"):
        result["values"][0] = 1


def test_an_expected_error_becomes_words_and_a_bug_keeps_its_traceback_as_text() -> None:
    def refuses(_: Progress) -> None:
        raise InputError("Too long.", fix="shorten it.")

    def breaks(_: Progress) -> None:
        raise ZeroDivisionError("a bug")

    refused, broken = (Record((0, "a"), work, None) for work in (refuses, breaks))
    refused.run()
    broken.run()
    assert refused.state.status is broken.state.status is TaskStatus.FAILED
    assert refused.state.problem is not None
    assert (refused.state.problem.problem, refused.state.problem.fix) == ("Too long.", "shorten it.")
    assert broken.state.problem is not None
    assert "in breaks" in broken.state.problem.traceback


@pytest.mark.parametrize("failing", [True, False])
def test_once_ended_it_keeps_nothing_alive(failing: bool) -> None:
    model = Model()

    def work(_: Progress, held: Model = model) -> str:
        inside = held
        if failing:
            raise RuntimeError(f"cannot use {type(inside).__name__}")
        return "result"

    record, there = Record((0, "a"), work, None), weakref.ref(model)
    record.run()
    del model, work
    gc.collect()
    assert there() is None
    assert record.state.ended


def test_it_stops_when_its_owner_is_gone() -> None:
    owner = Model()
    reached = []

    def work(on_progress: Progress) -> None:
        on_progress(0.1, "one")
        reached.append("one")
        owners.clear()
        on_progress(0.2, "two")
        reached.append("two")

    owners = [owner]
    record = Record((1, "a"), work, weakref.ref(owner))
    del owner
    record.run()
    assert reached == ["one"]
    assert record.state.status is TaskStatus.CANCELLED
    assert record.orphaned


def test_a_stop_reaches_work_that_tells_of_no_progress() -> None:
    def work(_: Progress) -> str:
        stop_if_asked()
        record.stop()
        stop_if_asked()
        return "result"

    record = Record((0, "a"), work, None)
    record.run()
    assert record.state.status is TaskStatus.CANCELLED


def test_nothing_is_told_of_what_ended() -> None:
    kept: list[Progress] = []
    record = Record((0, "a"), kept.append, None)
    record.run()
    with pytest.raises(CancelledError):
        kept[0](0.5, "late")
    assert record.state.status is TaskStatus.DONE
