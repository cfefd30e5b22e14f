"""What went wrong, in words: stored where an exception would keep everything alive that its traceback names."""

from __future__ import annotations

from dataclasses import dataclass
from traceback import format_exception
from typing import NoReturn

from core import errors
from core.errors import AppError, UnexpectedError


@dataclass(frozen=True)
class Problem:
    """A failure as plain data.

    `problem`, `fix` and `command_fix` are those of an `AppError`; `kind` is the name of its class in `core.errors`. A
    bug has no fix and no kind, but `traceback`, formatted text that is empty for an `AppError`.
    """

    problem: str
    fix: str = ""
    traceback: str = ""
    kind: str = ""
    command_fix: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Problem:
        """The words of an exception; nothing of the exception itself is kept."""
        if isinstance(error, AppError):
            return cls(error.problem, error.fix, kind=_kind(error), command_fix=error.command_fix)
        if isinstance(error, UnexpectedError):
            return cls(error.problem, traceback=error.traceback)
        message = str(error)
        name = type(error).__name__
        return cls(f"{name}: {message}" if message else name, traceback="".join(format_exception(error)).rstrip())

    @property
    def is_bug(self) -> bool:
        """Whether it is a bug, and nothing that a user is meant to read."""
        return bool(self.traceback)

    def to_error(self) -> AppError | UnexpectedError:
        """A new exception at each call: an `AppError` of the same kind, or an `UnexpectedError` for a bug."""
        if self.is_bug:
            return UnexpectedError(self.problem, self.traceback)
        kind: type[AppError] = getattr(errors, self.kind) if self.kind else AppError
        return kind(self.problem, fix=self.fix, command_fix=self.command_fix)

    def raise_(self) -> NoReturn:
        """Raise a new exception, see `to_error`.

        Raises:
            AppError: of the kind it was.
            UnexpectedError: a bug.
        """
        raise self.to_error()


def _kind(error: AppError) -> str:
    """The nearest class of `core.errors` that the error is one of."""
    names = (base.__name__ for base in type(error).__mro__)
    return next(name for name in names if isinstance(error, getattr(errors, name, ())))
