"""Dry runs for pages: met again, begun anew, stopped, and nobody else's answers change meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.dry_run import run
from core.dry_run.default_texts import MOST, TEXTS
from core.dry_run.service import DryRunService
from core.engine.engine import Engine
from core.errors import InputError, NotFoundError
from core.results import DryRun, Selection, TaskState, TaskStatus
from core.settings import ROOT
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from tests.engine.conftest import catalogue, engine

__all__ = ["catalogue", "engine"]

ONE = Selection("tiny", "one")


def ended(runs: DryRunService, selection: Selection = ONE, texts: tuple[str, ...] = TEXTS) -> TaskState[DryRun]:
    state = runs.run(selection, texts).state(wait=60)
    assert state is not None
    assert state.ended
    return state


def test_a_run_is_begun_met_again_and_begun_anew(engine: Engine) -> None:
    runs = DryRunService(engine, TaskRunner(1))
    assert runs.run(ONE).state() is None
    runs.run(ONE).start()
    first = ended(runs).result
    assert isinstance(first, DryRun)
    assert first.passed
    runs.run(ONE).start()
    assert ended(runs).result is first
    runs.run(ONE).restart()
    second = ended(runs).result
    assert second is not first
    assert second is not None
    assert [s.status for s in second.stages] == [s.status for s in first.stages]
    assert runs.run(ONE, ("another text",)).state() is None
    assert runs.run(Selection("tiny", "two")).state() is None


def test_a_run_belongs_to_the_pair_while_it_is_loaded(engine: Engine) -> None:
    runs = DryRunService(engine, TaskRunner(1))
    runs.run(ONE).result()
    engine.unload(ONE)
    assert runs.run(ONE).state() is None, "loaded anew, it may be another model"


def test_a_run_is_stopped_at_its_next_stage(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, begun, go = DryRunService(engine, TaskRunner(1)), threading.Event(), threading.Event()

    def slow(_engine: object, _pair: object, _texts: object, on_progress: Progress) -> None:
        on_progress(0.1, "one")
        begun.set()
        go.wait(60)
        on_progress(0.2, "two")

    monkeypatch.setattr(run, "check_pair", slow)
    task = runs.run(ONE)
    task.start()
    assert begun.wait(60)
    state = runs.run(ONE).state()
    assert state is not None
    assert (state.fraction, state.stage) == (0.1, "one")
    task.restart()  # one that is under way goes on
    task.cancel()
    go.set()
    assert ended(runs).status is TaskStatus.CANCELLED


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ((), "got 0"),
        (("a",) * (MOST + 1), f"got {MOST + 1}"),
        (("a", ""), "Text 2 of 2 is empty"),
        (("a" * 10**7,), "characters"),
    ],
)
def test_texts_that_cannot_be_taken(engine: Engine, texts: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        DryRunService(engine, TaskRunner(1)).run(ONE, texts)


def test_a_candidate_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        DryRunService(engine, TaskRunner(1)).run(Selection("nobody"))


def test_classification_goes_on_meanwhile_and_no_answer_is_wrong(engine: Engine) -> None:
    """Hooks, gradients, padding and a round trip, twenty times, beside two people who classify."""
    runs, over = DryRunService(engine, TaskRunner(1)), threading.Event()
    texts = ["My card has not arrived.", "a", "card " * 30]
    right = {text: engine.classify(ONE, [text])[0] for text in texts}

    def classify() -> tuple[int, int]:
        asked = wrong = 0
        while not over.is_set() or asked < 10:
            found = engine.classify(ONE, [texts[asked % 3]])[0]
            wrong += not np.allclose(found.logits, right[texts[asked % 3]].logits, atol=1e-5)
            asked += 1
        return asked, wrong

    with ThreadPoolExecutor(2) as people:
        busy = [people.submit(classify) for _ in range(2)]
        try:
            for _ in range(20):
                task = runs.run(ONE)
                task.restart()
                assert task.result().passed
        finally:
            over.set()
        assert all(wrong == 0 for _, wrong in (work.result() for work in busy))


def test_importing_the_service_brings_in_no_torch() -> None:
    code = "import sys, core.dry_run.service; print([m for m in ('torch', 'transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
