"""Pairs do not wait for each other, the same is computed once, what is remembered is read-only and known by values."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.engine.engine import Engine
from core.errors import NotFoundError
from core.explain import probe, sessions
from core.explain.explainer import Explainer
from core.explain.probe import Probe
from core.explain.sessions import still_loaded
from core.results import AttributionOptions, ContributionOptions, Feature, Selection, TaskStatus
from core.settings import Settings
from core.tasks.progress import CancelledError
from core.tasks.runner import TaskRunner
from core.tasks.stopping import stoppable
from tests.engine.conftest import let_go
from tests.explain.conftest import TYPES

A, B = Selection("llama", "mean"), Selection("bert", "mean")
TEXT = "My card has not arrived yet."


@pytest.fixture
def fresh(everyone: Path, tmp_path: Path) -> Iterator[Explainer]:
    engine = Engine(Settings(catalogue=everyone, user_catalogue=tmp_path, device="cpu"))
    for selection in (A, B):
        engine.load(selection)
    yield Explainer(engine, TaskRunner(1))
    let_go(engine)


def arrays(value: object) -> Iterator[np.ndarray[Any, Any]]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from arrays(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from arrays(part)
    elif is_dataclass(value):
        yield from arrays(vars(value))


def test_a_probe_that_is_being_made_holds_up_no_other_pair(fresh: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, real = threading.Event(), threading.Event(), probe.make_probe
    slow = fresh.engine.pair(A)

    def make_probe(pair: Any) -> Probe:
        if pair is slow:
            begun.set()
            go.wait(60)
        return real(pair)

    monkeypatch.setattr(probe, "make_probe", make_probe)
    with ThreadPoolExecutor(1) as another:
        waiting = another.submit(fresh.pooling, A, TEXT)
        assert begun.wait(60)
        assert fresh.pooling(B, TEXT).weights.size
        assert fresh.reading(A, TEXT).prediction.label, "a prediction needs no probe"
        assert fresh.minimal_flip(A, TEXT, 10).state() is None, "a look needs no probe"
        assert not waiting.done()
        go.set()
        assert waiting.result(60).weights.size


def test_two_people_who_ask_the_same_compute_it_once(fresh: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, count, real = threading.Event(), threading.Event(), [], Probe.states

    def states(self: Probe, text: Any) -> Any:
        count.append(1)
        begun.set()
        go.wait(60)
        return real(self, text)

    monkeypatch.setattr(Probe, "states", states)
    with ThreadPoolExecutor(2) as people:
        first = people.submit(fresh.pooling, A, TEXT)
        assert begun.wait(60)
        second = people.submit(fresh.pooling, A, TEXT)
        go.set()
        assert first.result(60) is second.result(60)
    assert fresh.position_parts(A, TEXT).values.size
    assert len(count) == 1


def asked(explainer: Explainer, selection: Selection) -> dict[str, Callable[[], object]]:
    """Everything of the explainer that is remembered, quick and long."""
    label = explainer.reading(selection, TEXT).prediction.label
    return {
        "reading": lambda: explainer.reading(selection, TEXT),
        "pooling": lambda: explainer.pooling(selection, TEXT),
        "poolers": lambda: explainer.poolers(selection, TEXT),
        "contributions": lambda: explainer.contributions(selection, TEXT, ContributionOptions(label)),
        "deletions": lambda: explainer.deletions(selection, TEXT, ContributionOptions(label)),
        "position_parts": lambda: explainer.position_parts(selection, TEXT),
        "lens": lambda: explainer.depth(selection, TEXT),
        "masks": lambda: explainer.attention_mask(selection, TEXT),
        "overview": lambda: explainer.attention(selection, TEXT, "overview"),
        "rollout": lambda: explainer.attention(selection, TEXT, "rollout"),
        "maps": lambda: explainer.attention(selection, TEXT, 1),
        "scale": lambda: explainer.at_scale(selection, TEXT, 1),
        "two texts": lambda: explainer.two_texts(selection, TEXT, TEXT + " Now."),
        "attributions": explainer.attributions(selection, TEXT, AttributionOptions(label, steps=3)).result,
        "scales": explainer.scale_curve(selection, TEXT).result,
        "ablation": explainer.ablation(selection, TEXT).result,
        "flip": explainer.minimal_flip(selection, TEXT, 30).result,
    }


@pytest.mark.parametrize("family", TYPES)
def test_every_remembered_array_is_read_only_and_met_again(explainer: Explainer, family: str) -> None:
    count = 0
    for name, ask in asked(explainer, Selection(family, "gem")).items():
        first = ask()
        assert ask() is first, name
        for array in arrays(first):
            count += 1
            assert not array.flags.writeable, name
    assert count > 20


def test_memory_per_pair_is_bounded(fresh: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "RESULT_BYTES", 100_000)
    monkeypatch.setattr(sessions, "STATE_BYTES", 100_000)
    for i in range(20):
        fresh.position_parts(A, f"{i} " + "card " * 100)
    session = fresh._sessions._session(fresh.engine.pair(A))
    assert 0 < session.results.nbytes <= 100_000
    assert 0 < session.states.nbytes <= 100_000


def test_an_unloaded_pair_is_let_go_with_its_tasks(fresh: Explainer) -> None:
    fresh.position_parts(A, TEXT)
    task = fresh.minimal_flip(A, TEXT, 30)
    task.result()
    there = weakref.ref(fresh.engine.pair(A))
    fresh.engine.unload(A)
    gc.collect()
    assert there() is None
    with pytest.raises(NotFoundError, match="was unloaded before this began"):
        still_loaded(there)
    late = fresh.minimal_flip(A, TEXT, 31)
    fresh.engine.unload(A)
    gc.collect()
    with pytest.raises(CancelledError):
        late.result()


def test_a_pass_that_nobody_wants_any_more_ends_and_leaves_the_probe_as_it_was(fresh: Explainer) -> None:
    expected = fresh.engine.classify(A, [TEXT])[0].logits
    for ask in (fresh.position_parts, fresh.reading, fresh.attention_mask):
        with stoppable(lambda: True), pytest.raises(CancelledError):
            ask(A, TEXT)
    with stoppable(lambda: True), pytest.raises(CancelledError):
        fresh.engine.classify(A, [TEXT])
    assert fresh.reading(A, TEXT).prediction.logits == pytest.approx(expected)
    assert fresh.position_parts(A, TEXT) is not None


def test_work_without_a_text_is_small_for_small_models_alone(fresh: Explainer) -> None:
    predictor = fresh.engine.pair(A).predictor
    assert predictor.compute(threading.current_thread, 0) is not threading.current_thread()
    vars(predictor)["_operations"] = 14_000_000_000  # seven billion parameters
    assert predictor.compute(threading.current_thread, 0) is threading.current_thread()


def test_work_on_a_pair_that_is_unloaded_stops(fresh: Explainer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go, real = threading.Event(), threading.Event(), Probe.logits

    def slow(self: Probe, rows: Any, told: Any = None) -> Any:
        begun.set()
        go.wait(60)
        return real(self, rows, told)

    monkeypatch.setattr(Probe, "logits", slow)
    task = fresh.minimal_flip(A, TEXT, 30)
    task.start()
    assert begun.wait(60)
    there = weakref.ref(fresh.engine.pair(A))
    fresh.engine.unload(A)
    assert fresh.engine.loaded_model(A) is None
    go.set()
    state = task.state(wait=60)
    assert state is not None
    assert state.status is TaskStatus.CANCELLED
    gc.collect()
    assert there() is None, "the task that ended holds the pair"


def test_what_is_remembered_is_found_by_its_feature_the_latest_last(fresh: Explainer) -> None:
    texts = [TEXT + " One.", TEXT + " Two."]
    first, second = (fresh.two_texts(A, TEXT, other) for other in texts)
    assert fresh.remembered(A, TEXT, Feature.TWO_TEXTS) == [first, second]
    fresh.two_texts(A, TEXT, texts[0])
    assert fresh.remembered(A, TEXT, Feature.TWO_TEXTS) == [second, first]
    flip = fresh.minimal_flip(A, TEXT, 20).result()
    assert fresh.remembered(A, TEXT, Feature.MINIMAL_FLIP) == [flip]
    assert fresh.remembered(A, TEXT, Feature.ADAPTER_ABLATION) == []
    assert fresh.remembered(B, TEXT, Feature.TWO_TEXTS) == []
