"""How running work says how far it is, and learns that it shall stop."""

from __future__ import annotations

from collections.abc import Callable

#: Called with the share that is done (0 to 1) and what is being done; raises `CancelledError` when it shall stop.
Progress = Callable[[float, str], None]
#: Called with how many of how many are done, by what names its own stages; may raise to stop, as `Progress` does.
OnCount = Callable[[int, int], None]


def ignore_progress(_fraction: float, _stage: str) -> None:
    """The `Progress` of nobody who watches."""


def cancelled_when(condition: Callable[[], bool], on_progress: Progress) -> Progress:
    """Progress that also stops the work once the condition holds, as `CancelledError`."""

    def checked(fraction: float, stage: str) -> None:
        if condition():
            raise CancelledError
        on_progress(fraction, stage)

    return checked


def within(on_progress: Progress, begin: float, end: float) -> Progress:
    """Progress of a part of the work, which takes it from one share of the whole to another."""

    def inside(fraction: float, stage: str) -> None:
        on_progress(begin + (end - begin) * fraction, stage)

    return inside


class CancelledError(BaseException):
    """Work was asked to stop before it had a result. No failure: what tells of failures lets it through."""
