"""Jobs: found again, stopped, failed with words, and a bug that keeps its traceback."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Hashable

import pytest
from core.inspection.jobs import KEPT, Jobs, Progress

from core.errors import InputError
from core.results import JobState


def ended(jobs: Jobs, key: Hashable) -> JobState:
    for _ in range(500):
        state = jobs.state(key)
        assert state is not None
        if state.ended:
            return state
        threading.Event().wait(0.01)
    raise AssertionError("the job did not end")


def waits_for(event: threading.Event) -> Callable[[Progress], str]:
    def work(progress: Progress) -> str:
        for step in range(1000):
            progress(step / 1000, f"step {step}")
            if event.wait(0.01):
                return "result"
        return "never"

    return work


def test_whoever_asks_for_the_same_meets_the_same_job() -> None:
    jobs, go, begun = Jobs(), threading.Event(), []

    def work(progress: Progress) -> str:
        begun.append(1)
        return waits_for(go)(progress)

    assert jobs.state("a") is None
    jobs.start("a", work)
    jobs.start("a", work)
    go.set()
    assert ended(jobs, "a").result == "result"
    assert jobs.start("a", work).result == "result"
    assert begun == [1]


def test_a_stopped_job_ends_without_a_result_and_can_begin_anew() -> None:
    jobs, go = Jobs(), threading.Event()
    jobs.start("a", waits_for(go))
    jobs.cancel("a")
    state = ended(jobs, "a")
    assert state.cancelled
    assert state.result is None
    go.set()
    jobs.start("a", waits_for(go))
    assert ended(jobs, "a").result == "result"


def test_an_expected_error_is_a_state_and_a_bug_is_raised_with_its_traceback() -> None:
    jobs = Jobs()

    def refuses(_: Progress) -> None:
        raise InputError("Too long.", fix="shorten it.")

    def breaks(_: Progress) -> None:
        raise ZeroDivisionError("a bug")

    jobs.start("refuses", refuses)
    error = ended(jobs, "refuses").error
    assert error is not None
    assert error.problem == "Too long."
    jobs.start("breaks", breaks)
    with pytest.raises(ZeroDivisionError, match="a bug") as raised:
        ended(jobs, "breaks")
    assert "breaks" in "".join(traceback.format_tb(raised.value.__traceback__))


def test_the_oldest_that_ended_are_forgotten() -> None:
    jobs = Jobs()
    for number in range(KEPT + 5):
        jobs.start(number, lambda _: "done")
        ended(jobs, number)
    assert jobs.state(0) is None
    assert jobs.state(KEPT + 4) is not None


def test_progress_is_told() -> None:
    jobs, go = Jobs(), threading.Event()
    jobs.start("a", waits_for(go))
    for _ in range(200):
        state = jobs.state("a")
        assert state is not None
        if state.stage.startswith("step") and 0 < state.fraction < 1:
            break
        threading.Event().wait(0.01)
    else:
        raise AssertionError("no progress was told")
    go.set()
    assert ended(jobs, "a").fraction == 1.0


def test_a_look_may_wait_for_the_end() -> None:
    jobs, event = Jobs(), threading.Event()
    jobs.start("a", waits_for(event))
    early = jobs.state("a", wait=0.01)
    assert early is not None
    assert not early.ended
    event.set()
    late = jobs.state("a", wait=60)
    assert late is not None
    assert late.ended
    assert jobs.state("b", wait=60) is None
