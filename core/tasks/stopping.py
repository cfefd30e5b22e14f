"""Stopping work in the middle of a pass: who does the work says when, and the layers of the model look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.tasks.progress import CancelledError

_ASKED: ContextVar[Callable[[], bool]] = ContextVar("asked to stop", default=lambda: False)


@contextmanager
def stoppable(asked: Callable[[], bool]) -> Iterator[None]:
    """What this thread does meanwhile ends, as `CancelledError`, where it next looks once `asked` says so."""
    outer = _ASKED.get()
    token = _ASKED.set(lambda: asked() or outer())
    try:
        yield
    finally:
        _ASKED.reset(token)


def asked_to_stop() -> Callable[[], bool]:
    """Says for the work of this thread whether it shall stop; may be asked by another thread that does it."""
    return _ASKED.get()


def stop_if_asked() -> None:
    """One look.

    Raises:
        CancelledError: the work of this thread shall stop.
    """
    if _ASKED.get()():
        raise CancelledError
