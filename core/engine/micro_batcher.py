"""Callers who come at the same time share a forward pass: better for all of them than taking turns.

A pass over a few short texts takes hardly longer than over one: the weights have to come from memory either way. So
one thread a loaded pair predicts, and whoever comes meanwhile is in its next pass.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.results import Prediction
from core.tasks.stopping import asked_to_stop, stoppable

Predict = Callable[[Sequence[str]], list[Prediction]]

#: Texts of one shared pass; a request with more goes its own way in the thread of its caller, so that nobody waits for
#: it here, and it has work enough for a pass of its own.
MAX_TEXTS = 32
#: What a caller who closes waits at most.
CLOSING_SECONDS = 5.0


class BatcherClosedError(RuntimeError):
    """The batcher was closed before the request came: its pair is on its way out of memory."""


@dataclass(frozen=True)
class _Request:
    """Texts of one caller, who waits for the answer till `unwanted` says that they do not."""

    texts: Sequence[str]
    unwanted: Callable[[], bool] = field(default_factory=asked_to_stop)
    answer: Future[list[Prediction]] = field(default_factory=Future)


class MicroBatcher:
    """One thread that gathers what is waiting and predicts it together.

    While it predicts, requests gather by themselves, so there is no artificial delay: a lone caller is
    answered at once, sixteen callers share a few passes. What came before `close` is answered, what comes after it is
    refused at once.
    """

    def __init__(self, predict: Predict, name: str, begin: Callable[[], None] = lambda: None) -> None:
        """`begin` is called in the thread, before anything else."""
        self._predict = predict
        self._begin = begin
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._state = threading.Condition()
        self._closed = False
        self._passes = 0  # of large requests, in the threads of their callers
        self._thread = threading.Thread(target=self._work, name=f"batch {name}", daemon=True)
        self._thread.start()

    def submit(self, texts: Sequence[str]) -> list[Prediction]:
        """Predictions in the order of the texts; blocks until they are there.

        Raises:
            BatcherClosedError: `close` was called before.
            CancelledError: this caller was asked to stop, and all others of the pass.
        """
        if len(texts) > MAX_TEXTS:
            with self._own_pass():
                return self._predict(texts)
        request = _Request(texts)
        with self._state:  # so that nothing is put behind the mark of `close`
            self._require_open()
            self._waiting.put(request)
        try:
            return request.answer.result()
        finally:
            del request  # an error's traceback holds this frame, which would hold the error's own future: a circle

    def close(self, wait: float = CLOSING_SECONDS) -> None:
        """Refuse what comes from now on, and end the thread once what came before has been answered.

        Waits that many seconds at most: passes under way hold the model till they end.
        """
        end = time.monotonic() + wait
        with self._state:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
            self._state.wait_for(lambda: not self._passes, wait)
        if threading.current_thread() is not self._thread:
            self._thread.join(max(0.0, end - time.monotonic()))

    @contextmanager
    def _own_pass(self) -> Iterator[None]:
        """Counted, so that `close` can wait for it: the model goes when the last pass through it has ended."""
        with self._state:
            self._require_open()
            self._passes += 1
        try:
            yield
        finally:
            with self._state:
                self._passes -= 1
                self._state.notify_all()

    def _require_open(self) -> None:
        if self._closed:
            raise BatcherClosedError("closed")

    def _work(self) -> None:
        """The thread. Between passes it holds no request: what a caller asked for goes with the caller."""
        self._begin()
        while (first := self._waiting.get()) is not None:
            requests, closing = self._gather(first)
            self._answer(requests)
            del first, requests
            if closing:
                return

    def _gather(self, first: _Request) -> tuple[list[_Request], bool]:
        """What waits already, and whether the mark of `close` came behind it. It waits for nothing more.

        The last request may go beyond `MAX_TEXTS`: it is not cut in two.
        """
        requests, count = [first], len(first.texts)
        while count < MAX_TEXTS:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return requests, True
            requests.append(following)
            count += len(following.texts)
        return requests, False

    def _answer(self, requests: list[_Request]) -> None:
        """Predict all together; when that fails, each alone, so that a bad text fails its own caller only."""
        texts = [text for request in requests for text in request.texts]
        predictions: list[Prediction] | None = None
        try:
            with stoppable(lambda: all(request.unwanted() for request in requests)):
                predictions = self._predict(texts)
        except BaseException as error:
            if len(requests) == 1:
                requests.pop().answer.set_exception(error)  # and let go, as in `submit`
        if predictions is None:
            while requests:
                self._answer([requests.pop(0)])
            return
        start = 0
        for request in requests:
            request.answer.set_result(predictions[start : start + len(request.texts)])
            start += len(request.texts)
