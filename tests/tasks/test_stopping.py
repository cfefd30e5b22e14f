"""Work of one thread that another one ends."""

from __future__ import annotations

import threading

import pytest

from core.tasks.progress import CancelledError
from core.tasks.stopping import asked_to_stop, stop_if_asked, stoppable


def test_work_that_nobody_can_stop_goes_on() -> None:
    stop_if_asked()
    assert not asked_to_stop()()


def test_it_ends_where_it_next_looks_and_what_follows_is_free() -> None:
    stop = threading.Event()
    with stoppable(stop.is_set):
        stop_if_asked()
        stop.set()
        with pytest.raises(CancelledError):
            stop_if_asked()
    stop_if_asked()


def test_inner_work_ends_with_the_outer() -> None:
    with stoppable(lambda: True), stoppable(lambda: False), pytest.raises(CancelledError):
        stop_if_asked()


def test_other_threads_have_conditions_of_their_own_and_may_take_this_ones() -> None:
    seen: list[bool] = []
    with stoppable(lambda: True):
        mine = asked_to_stop()
        thread = threading.Thread(target=lambda: seen.extend((asked_to_stop()(), mine())))
        thread.start()
        thread.join()
    assert seen == [False, True]


def test_no_failure_takes_it_for_one_of_its_own() -> None:
    assert not issubclass(CancelledError, Exception)
