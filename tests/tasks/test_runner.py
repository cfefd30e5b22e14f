"""The runner: bounded threads, one task a key, what waits can be cancelled, and the process ends when it wants."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable

import numpy as np
import pytest

from core.results import TaskState, TaskStatus
from core.settings import ROOT, Settings
from core.tasks.progress import Progress
from core.tasks.record import Record
from core.tasks.runner import TaskRunner


class Pair:
    """Stands for a loaded pair."""


def ended(record: Record) -> TaskState[object]:
    assert record.over.wait(60)
    return record.state


class Held:
    """Work that runs until it is let go, and reports progress then."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, on_progress: Progress) -> str:
        self.begun.set()
        self.go.wait(60)
        on_progress(0.9, "almost")
        return "result"


def returns(value: object) -> Callable[[Progress], object]:
    return lambda _: value


def test_whoever_asks_for_the_same_meets_the_same_run() -> None:
    runner, work = TaskRunner(2), Held()
    assert runner.state((0, "a")) is None
    record = runner.start((0, "a"), work)
    assert runner.start((0, "a"), work) is record
    work.go.set()
    assert ended(record).result == "result"
    assert runner.start((0, "a"), work) is record


def test_no_more_than_so_many_run_at_once() -> None:
    runner, works = TaskRunner(2), [Held() for _ in range(3)]
    records = [runner.start((0, i), work) for i, work in enumerate(works)]
    assert works[0].begun.wait(60)
    assert works[1].begun.wait(60)
    assert records[2].state.status is TaskStatus.WAITING
    assert not works[2].begun.is_set()
    works[0].go.set()
    assert works[2].begun.wait(60)
    for work in works:
        work.go.set()
    assert [ended(record).status for record in records] == [TaskStatus.DONE] * 3


def test_services_share_the_bound() -> None:
    from core.checkpoints.service import CheckpointService
    from core.engine.engine import Engine

    engine, runner = Engine(Settings()), TaskRunner(1)
    one, two = CheckpointService(engine, runner), CheckpointService(engine, runner)
    assert one._tasks is two._tasks is runner


@pytest.mark.parametrize(("wanted", "cores", "workers"), [(None, 1, 1), (None, 2, 1), (None, 16, 8), (3, 2, 3)])
def test_as_many_as_the_setting_says_or_one_for_two_cores(
    wanted: int | None, cores: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert TaskRunner.from_settings(Settings(task_workers=wanted))._workers == workers


def test_what_waits_is_cancelled_at_once_and_never_begins() -> None:
    runner, first, second = TaskRunner(1), Held(), Held()
    running = runner.start((0, "a"), first)
    assert first.begun.wait(60)
    waiting = runner.start((0, "b"), second)
    runner.cancel((0, "b"))
    state = runner.state((0, "b"))
    assert state is not None
    assert state.status is TaskStatus.CANCELLED
    first.go.set()
    second.go.set()
    assert ended(running).result == "result"
    assert not second.begun.is_set()
    assert runner.start((0, "b"), second) is not waiting


def test_begun_again_before_it_noticed_the_stop_it_runs_once_more() -> None:
    runner, first, second = TaskRunner(1), Held(), Held()
    stopped = runner.start((0, "a"), first)
    assert first.begun.wait(60)
    runner.cancel((0, "a"))
    again = runner.start((0, "a"), second)
    assert again is not stopped
    first.go.set()
    second.go.set()
    assert ended(again).result == "result"
    assert ended(stopped).status is TaskStatus.CANCELLED


def test_results_are_bounded_in_bytes_and_the_latest_stays() -> None:
    runner = TaskRunner(1, max_bytes=100_000)
    for i in range(10):
        ended(runner.start((0, i), returns(np.zeros(4000))))  # 32,000 bytes each
    runner.close()
    assert list(runner.results(None)) == [7, 8, 9]
    large = TaskRunner(1, max_bytes=100_000)
    ended(large.start((0, "small"), returns(1)))
    ended(large.start((0, "large"), returns(np.zeros(10**6))))
    large.close()
    assert list(large.results(None)) == ["large"]


def test_long_texts_in_keys_count_too() -> None:
    runner = TaskRunner(1, max_bytes=100_000)
    for i in range(10):
        ended(runner.start((0, f"{i}" * 40_000), returns(None)))
    runner.close()
    assert len(runner.results(None)) == 2


def test_what_belongs_to_an_owner_that_is_gone_is_forgotten() -> None:
    runner, pair, other = TaskRunner(1), Pair(), Pair()
    for owner in (pair, other):
        ended(runner.start((runner.number(owner), "a"), returns("mine"), weakref.ref(owner)))
    assert runner.results(pair) == {"a": "mine"}
    number = runner.number(pair)
    del pair, owner
    gc.collect()
    ended(runner.start((0, "next"), returns(None)))
    runner.close()
    assert runner.state((number, "a")) is None
    assert runner.results(other) == {"a": "mine"}


def test_closing_cancels_what_waits_stops_what_runs_and_begins_nothing_more() -> None:
    runner, begun = TaskRunner(1), threading.Event()

    def runs(on_progress: Progress) -> None:
        while True:
            on_progress(0.5, "on and on")
            begun.set()
            stopping.wait(0.001)

    stopping = threading.Event()
    running = runner.start((0, "a"), runs)
    waiting = runner.start((0, "b"), returns(1))
    assert begun.wait(60)
    assert runner.close(grace=60)
    assert running.state.status is waiting.state.status is TaskStatus.CANCELLED
    assert runner.start((0, "c"), returns(1)).state.status is TaskStatus.CANCELLED


def test_closing_does_not_wait_for_what_cannot_stop() -> None:
    runner, deaf = TaskRunner(1), Held()
    runner.start((0, "a"), deaf)
    assert deaf.begun.wait(60)
    assert not runner.close(grace=0)
    deaf.go.set()


def test_threads_end_with_the_work() -> None:
    runner = TaskRunner(1)
    ended(runner.start((0, "a"), returns(1)))
    assert runner.close(grace=60)
    assert not runner._threads
    there = weakref.ref(runner)
    del runner
    gc.collect()
    assert there() is None


DEAF = """
import threading
from core.tasks.runner import TaskRunner
def work(on_progress):
    print("running", flush=True)
    threading.Event().wait()
TaskRunner(1).start((0, "a"), work)
{end}
"""


def test_a_process_ends_beside_work_that_does_not() -> None:
    code = DEAF.format(end="print('end', flush=True)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, "end" in done.stdout, done.stderr) == (0, True, "")


SERVER = """
import sys, threading, urllib.request
from core.tasks.task import Task
from pages.ui.services import services
from server.__main__ import main

def work(on_progress):
    print("running", flush=True)
    threading.Event().wait()

def begin():
    while True:
        try:
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health").read()
            break
        except OSError:
            threading.Event().wait(0.05)
    Task(services().tasks, "a", work).start()

port = sys.argv[2]
threading.Thread(target=begin, daemon=True).start()
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_beside_work_that_does_not(number: signal.Signals, free_port: int) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, "--port", str(free_port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        assert any(line.startswith("running") for line in server.stdout)
        server.send_signal(number)
        assert server.wait(60) in (0, -number)
    finally:
        server.kill()
        server.communicate()


@pytest.fixture
def free_port() -> int:
    """A port that nobody uses now."""
    import socket

    with socket.socket() as found:
        found.bind(("localhost", 0))
        return int(found.getsockname()[1])
