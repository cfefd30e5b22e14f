"""The batcher without a model: who shares a pass, and what closing means."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from core.engine.micro_batcher import MAX_TEXTS, BatcherClosedError, MicroBatcher
from core.results import Prediction
from core.tasks.progress import CancelledError
from core.tasks.stopping import stop_if_asked, stoppable


class Model:
    """Answers a text with itself, once it is let go."""

    def __init__(self) -> None:
        self.go, self.entered = threading.Event(), threading.Semaphore(0)
        self.go.set()
        self.passes: list[list[str]] = []

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        self.passes.append(list(texts))
        self.entered.release()
        assert self.go.wait(60)
        if "bad" in texts:
            raise ZeroDivisionError("a bug")
        return cast(list[Prediction], list(texts))


def answers(texts: list[str]) -> list[Prediction]:
    return cast(list[Prediction], texts)


def many() -> list[str]:
    return [str(i) for i in range(MAX_TEXTS + 1)]


@pytest.mark.parametrize("texts", [["a"], many()], ids=["few", "many"])
def test_after_close_it_says_so_at_once(texts: list[str]) -> None:
    batcher = MicroBatcher(Model().predict, "test")
    batcher.close()
    batcher.close()
    with pytest.raises(BatcherClosedError):
        batcher.submit(texts)


def test_its_thread_begins_as_it_is_told_to() -> None:
    begun: list[threading.Thread] = []
    batcher = MicroBatcher(Model().predict, "test", lambda: begun.append(threading.current_thread()))
    assert batcher.submit(["a"]) == answers(["a"])
    assert begun == [batcher._thread]
    batcher.close()


class Watched(MicroBatcher):
    """Says when somebody asks."""

    def __init__(self, model: Model) -> None:
        self.asked = threading.Semaphore(0)
        super().__init__(model.predict, "test")

    def _require_open(self) -> None:
        self.asked.release()
        super()._require_open()


def test_what_came_before_close_is_answered_and_nothing_that_comes_after() -> None:
    model = Model()
    batcher = Watched(model)
    model.go.clear()
    with ThreadPoolExecutor(5) as pool:
        futures = [pool.submit(batcher.submit, [str(i)]) for i in range(5)]
        assert all(batcher.asked.acquire(timeout=60) for _ in futures)
        batcher.close(wait=0)
        with pytest.raises(BatcherClosedError):
            batcher.submit(["late"])
        assert not any(future.done() for future in futures)
        model.go.set()
        assert [future.result() for future in futures] == [answers([str(i)]) for i in range(5)]
        batcher.close(wait=60)
    assert not batcher._thread.is_alive()


def test_closing_waits_for_a_large_request_in_its_callers_thread() -> None:
    model = Model()
    batcher = MicroBatcher(model.predict, "test")
    model.go.clear()
    with ThreadPoolExecutor(2) as pool:
        large = pool.submit(batcher.submit, many())
        assert model.entered.acquire(timeout=60)
        batcher.close(wait=0)
        assert batcher._passes == 1
        closing = pool.submit(batcher.close, 60)
        model.go.set()
        closing.result()
        assert batcher._passes == 0
        assert large.result() == answers(many())


def test_everybody_is_answered_or_refused_whenever_it_closes() -> None:
    for _ in range(50):
        batcher = MicroBatcher(Model().predict, "test")
        begin = threading.Barrier(5)

        def ask(i: int, batcher: MicroBatcher = batcher, begin: threading.Barrier = begin) -> object:
            begin.wait()
            try:
                return batcher.submit([str(i)])
            except BatcherClosedError:
                return "refused"

        with ThreadPoolExecutor(5) as pool:
            answers = [pool.submit(ask, i) for i in range(4)]
            begin.wait()
            batcher.close()
            assert all(future.result() in ([str(i)], "refused") for i, future in enumerate(answers))
        assert batcher._waiting.empty()


class InLayers(Model):
    """Looks between its layers, as long as it is not let go."""

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        self.passes.append(list(texts))
        self.entered.release()
        while not self.go.wait(0.01):
            stop_if_asked()
        return cast(list[Prediction], list(texts))


def stopped(batcher: MicroBatcher, text: str, stop: threading.Event) -> list[Prediction]:
    with stoppable(stop.is_set):
        return batcher.submit([text])


def test_a_pass_ends_when_all_who_share_it_want_it_no_more() -> None:
    model = InLayers()
    batcher, stops = Watched(model), [threading.Event() for _ in range(4)]
    model.go.clear()
    with ThreadPoolExecutor(4) as pool:
        alone = pool.submit(stopped, batcher, "0", stops[0])
        assert model.entered.acquire(timeout=60)
        others = [pool.submit(stopped, batcher, str(i), stops[i]) for i in range(1, 4)]
        assert all(batcher.asked.acquire(timeout=60) for _ in stops)
        stops[0].set()
        with pytest.raises(CancelledError):
            alone.result()
        assert model.entered.acquire(timeout=60)
        stops[1].set()
        stops[2].set()
        assert not any(other.done() for other in others)
        model.go.set()
        assert [other.result() for other in others] == [answers([str(i)]) for i in range(1, 4)]
        model.go.clear()
        last = [pool.submit(stopped, batcher, "both", stop) for stop in stops[2:]]
        stops[3].set()
        for future in last:
            with pytest.raises(CancelledError):
                future.result()
    batcher.close()


@pytest.mark.parametrize("texts", [["bad"], ["bad", *many()]], ids=["few", "many"])
def test_a_failed_pass_leaves_no_circle_that_keeps_the_model(texts: list[str]) -> None:
    model = Model()
    batcher = MicroBatcher(model.predict, "test")
    gone = weakref.ref(model)
    gc.collect()
    gc.disable()
    try:
        with pytest.raises(ZeroDivisionError) as error:
            batcher.submit(texts)
        del error
        batcher.close()
        del model, batcher
        assert gone() is None, "the error and its future hold each other, and the model"
    finally:
        gc.enable()
