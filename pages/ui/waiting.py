"""Answers that a large model takes seconds for: the page says so meanwhile, and can be left at any time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

import streamlit as st

from core.words import waiting as words
from pages.ui import markup

Result = TypeVar("Result")

#: Weights of a model that answers at once, in bytes; one of up to so many is loaded without asking, too.
SMALL = 256 * 2**20
#: Seconds until a page says that it waits, and between two looks.
_PATIENCE, _LOOK = 0.7, 0.25


def answer(call: Callable[..., Result], *given: Any, nbytes: int) -> Result:
    """What the call gives, or raises, of a model of so many bytes; what is said while it takes long goes with the wait.

    A script that waits inside a pass cannot be ended, and its visitor not turn to another page. So a large model is
    asked in a thread of its own, while the script looks in and draws how long it has been. A visitor who leaves ends
    the script, and not the call: a service that keeps its answers has this one when they come back.
    """
    if nbytes <= SMALL:
        return call(*given)
    future = _begun(call, given)
    began, place = time.monotonic(), None
    while not wait([future], _PATIENCE if place is None else _LOOK).done:
        place = place or st.empty()
        place.html(markup.waiting(words.waiting(time.monotonic() - began)))  # here a script that shall end is ended
    if place is not None:
        place.empty()
    return future.result()


def _begun(call: Callable[..., Result], given: tuple[Any, ...]) -> Future[Result]:
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(call(*given))
        except BaseException as error:  # for who waits
            future.set_exception(error)

    threading.Thread(target=run, name="answer", daemon=True).start()
    return future


class Waiting:
    """A service whose methods take a selection first: each is asked through `answer`.

    `size` gives the bytes of a selection's weights in memory, 0 where it is not loaded.
    """

    def __init__(self, service: Any, size: Callable[[Any], int]) -> None:
        self._service, self._size = service, size

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._service, name)

        def ask(selection: Any, *given: Any, **options: Any) -> Any:
            nbytes = self._size(selection)
            return answer(lambda: method(selection, *given, **options), nbytes=nbytes)

        return ask
