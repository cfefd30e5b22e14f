"""The errors a user is meant to read: the problem with what was seen, and the fix.

Anything else that is raised is a bug and keeps its traceback.
"""

from __future__ import annotations


class AppError(Exception):
    """An expected failure. ``str(error)`` is one paragraph: the problem, then ``Fix: ...``.

    `fix` is fit for whoever reads it, on a page too; `command_fix` is what a person at a terminal is told instead, with
    options and commands, where that is another.
    """

    def __init__(self, problem: str, *, fix: str, command_fix: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.fix = fix
        self.command_fix = command_fix

    def __str__(self) -> str:
        return f"{self.problem} Fix: {self.command_fix or self.fix}"

    def __reduce__(self) -> tuple[object, tuple[type[AppError], str, str, str]]:
        return _rebuild, (type(self), self.problem, self.fix, self.command_fix)


def _rebuild(kind: type[AppError], problem: str, fix: str, command_fix: str) -> AppError:
    """Rebuild an error on the other side of a process boundary."""
    return kind(problem, fix=fix, command_fix=command_fix)


class ConfigError(AppError, ValueError):
    """A config field or value that cannot work; raised before anything is loaded."""


class InputError(AppError, ValueError):
    """Text or a file of texts that cannot be classified."""


class NotFoundError(AppError, LookupError):
    """A candidate, adapter, folder or file that is not there."""


class CheckpointError(AppError):
    """Model files that are missing, damaged, unsafe or of another architecture."""


class AdapterError(AppError):
    """An adapter that would not do on this candidate what it was trained to do."""


class UntrainedHeadError(AppError):
    """A verdict of a head with random start values, which nobody asked for explicitly."""


class MemoryBudgetError(AppError):
    """Loading would need more memory than is free."""


class StoppedError(AppError):
    """Work that somebody stopped before its end."""


class DeviceError(AppError):
    """A device that is asked for and not there."""


class TrainingError(AppError):
    """Training data or a recipe that cannot be trained on."""


class UnexpectedError(Exception):
    """A bug elsewhere, reported once more. ``str(error)`` ends with the traceback of the first time, as text."""

    def __init__(self, problem: str, traceback: str) -> None:
        super().__init__(problem, traceback)
        self.problem = problem
        self.traceback = traceback

    def __str__(self) -> str:
        return f"{self.problem}\n\n{self.traceback}"
