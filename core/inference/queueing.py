"""Callers who come at the same time share a forward pass: better for all of them than taking turns."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from core.results import Prediction

Predict = Callable[[Sequence[str]], list[Prediction]]

#: Texts of one shared pass; a request with more goes its own way, so that it delays nobody.
MAX_TEXTS = 32
#: What a caller who closes waits at most.
CLOSING_SECONDS = 5.0


@dataclass(frozen=True)
class _Request:
    texts: Sequence[str]
    answer: Future[list[Prediction]] = field(default_factory=Future)


class MicroBatcher:
    """One thread that gathers what is waiting and predicts it together.

    While it predicts, requests gather by themselves, so there is no artificial delay: a lone caller is
    answered at once, sixteen callers share a few passes.
    """

    def __init__(self, predict: Predict, name: str) -> None:
        self._predict = predict
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=f"batch {name}", daemon=True)
        self._thread.start()

    def submit(self, texts: Sequence[str]) -> list[Prediction]:
        """Predictions in the order of the texts; blocks until they are there."""
        if len(texts) > MAX_TEXTS:
            return self._predict(texts)
        request = _Request(texts)
        self._waiting.put(request)
        return request.answer.result()

    def close(self, wait: float = CLOSING_SECONDS) -> None:
        """End the thread once what is waiting has been answered; gives it so long, as it holds the model till then."""
        self._waiting.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join(wait)

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            requests, closing = self._gather(first)
            self._answer(requests)
            del first, requests
            if closing:
                break
        self._answer_late()

    def _gather(self, first: _Request) -> tuple[list[_Request], bool]:
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
        try:
            predictions = self._predict(texts)
        except BaseException as error:
            if len(requests) == 1:
                requests[0].answer.set_exception(error)
                return
            for request in requests:
                self._answer([request])
            return
        start = 0
        for request in requests:
            request.answer.set_result(predictions[start : start + len(request.texts)])
            start += len(request.texts)

    def _answer_late(self) -> None:
        """Requests that slipped in behind the end are still answered."""
        while True:
            try:
                request = self._waiting.get_nowait()
            except queue.Empty:
                return
            if request is not None:
                self._answer([request])
