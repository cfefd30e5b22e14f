"""A handle: two with one key are one task, results and errors are handed over, nothing is held."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

from core.errors import NotFoundError, UnexpectedError
from core.results import Feature, FeatureKey, TaskStatus
from core.tasks.progress import CancelledError, Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

KEY = FeatureKey(Feature.ATTRIBUTIONS, "a text \ud800", (1, "padding"))


class Pair:
    """Stands for a loaded pair."""


def test_two_handles_of_one_key_are_one_task() -> None:
    runner, begun = TaskRunner(1), []

    def work(_: Progress) -> list[int]:
        begun.append(1)
        return [1]

    one, two = (Task(runner, FeatureKey(Feature.ATTRIBUTIONS, "a", (1,)), work) for _ in range(2))
    assert one.state() is None, "making a handle begins nothing"
    assert one.result() is two.result()
    assert one.id == two.id
    assert begun == [1]


def test_an_id_tells_owners_options_and_features_apart() -> None:
    runner, pair, other = TaskRunner(1), Pair(), Pair()
    tasks = [
        Task(runner, key, lambda _: 0, owner=owner)
        for key in (KEY, FeatureKey(Feature.MINIMAL_FLIP, "a text"), FeatureKey(Feature.ATTRIBUTIONS, "a text"))
        for owner in (None, pair, other)
    ]
    assert len({task.id for task in tasks}) == len(tasks)
    assert all(task.id.isalnum() for task in tasks)


def test_a_failure_is_raised_anew_each_time_and_its_traceback_does_not_grow() -> None:
    def fails(_: Progress) -> None:
        raise NotFoundError("It is gone.", fix="load it.")

    def breaks(_: Progress) -> None:
        raise ZeroDivisionError("a bug")

    runner = TaskRunner(1)
    task = Task(runner, "fails", fails)
    task.start()
    state = task.state(wait=60)
    assert state is not None
    assert state.problem is not None
    depths = []
    errors = []
    for _ in range(3):
        with pytest.raises(NotFoundError, match="It is gone") as caught:
            state.problem.raise_()
        errors.append(caught.value)
        depths.append(len(caught.traceback))
    assert len({id(error) for error in errors}) == 3
    assert len(set(depths)) == 1
    with pytest.raises(UnexpectedError, match="in breaks"):
        Task(runner, "breaks", breaks).result()


def test_one_that_failed_begins_anew_and_one_that_is_done_when_restarted() -> None:
    results = iter([1, 2, 3])
    runner = TaskRunner(1)

    def work(_: Progress) -> int:
        number = next(results)
        if number == 1:
            raise NotFoundError("Not yet.", fix="wait.")
        return number

    task = Task(runner, "a", work)
    with pytest.raises(NotFoundError):
        task.result()
    assert task.result() == 2
    assert task.result() == 2
    task.restart()
    assert task.result() == 3


def test_a_cancelled_one_says_so() -> None:
    runner, begun, go = TaskRunner(1), threading.Event(), threading.Event()

    def work(on_progress: Progress) -> None:
        begun.set()
        go.wait(60)
        on_progress(0.5, "half")

    task = Task(runner, "a", work)
    task.start()
    assert begun.wait(60)
    task.cancel()
    waiting = Task(runner, "b", work)
    waiting.start()
    waiting.cancel()
    state = waiting.state()
    assert state is not None
    assert state.status is TaskStatus.CANCELLED
    go.set()
    state = task.state(wait=60)
    assert state is not None
    assert state.status is TaskStatus.CANCELLED


def test_a_result_raises_when_somebody_else_cancels() -> None:
    runner = TaskRunner(1)
    task: Task[None] = Task(runner, "a", lambda _: (_ for _ in ()).throw(CancelledError))
    with pytest.raises(CancelledError):
        task.result()


def test_neither_a_handle_nor_an_ended_task_keeps_its_owner() -> None:
    runner, pair = TaskRunner(1), Pair()
    there = weakref.ref(pair)

    def work(_: Progress) -> object:
        owner = there()
        assert owner is not None
        return np.zeros(3)

    task = Task(runner, "a", work, owner=pair)
    task.result()
    del pair
    gc.collect()
    assert there() is None
    with pytest.raises(CancelledError):
        Task(runner, "a", work, owner=Pair()).result()
