"""The stages of a dry run and how each ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import prod


class StageStatus(StrEnum):
    """How a stage of a dry run ended. Of these, only `FAILED` says that something is wrong.

    `NOT_APPLICABLE`: this kind of model has no such thing. `LEFT_OUT`: it could not be looked at, and says why.
    """

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Stage:
    """One stage of a dry run.

    Attributes:
        detail: what was seen, in words, with its number, unit and bound; or why nothing was.
        about: what the stage looks at, the same for every model.
        number, bound: the number that decides and the most that it may be; None where a stage has no such number.
        unit: of both.
        fix: what to do about it, where it failed.
        warnings: what a person should know although it passed, a sentence each.
    """

    name: str
    status: StageStatus
    detail: str
    about: str = ""
    number: float | None = None
    bound: float | None = None
    unit: str = ""
    fix: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong, as far as it was looked at."""
        return self.status is not StageStatus.FAILED


@dataclass(frozen=True)
class TracedTensor:
    """One tensor on its way through the model.

    Attributes:
        axes: the meaning of its axes: B texts, T tokens, D hidden size, K classes.
        finite: how many of its values are.
        largest: the largest absolute value among the finite ones; NaN without one.
    """

    name: str
    axes: str
    shape: tuple[int, ...]
    expected: tuple[int, ...]
    dtype: str
    expected_dtype: str
    finite: int
    largest: float

    @property
    def count(self) -> int:
        """Values in it."""
        return prod(self.shape)

    @property
    def fits(self) -> bool:
        """Whether shape and dtype are as expected."""
        return self.shape == self.expected and self.dtype == self.expected_dtype

    @property
    def is_finite(self) -> bool:
        """Whether every value is."""
        return self.finite == self.count


@dataclass(frozen=True)
class TextTokens:
    """A text of a dry run: tokens that it has, and of these how many were read."""

    text: str
    total: int
    read: int


@dataclass(frozen=True)
class DryRun:
    """Whether a model is set up right. `traced` are the tensors of one pass, in their order."""

    stages: tuple[Stage, ...]
    texts: tuple[TextTokens, ...] = ()
    traced: tuple[TracedTensor, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether no stage failed."""
        return all(s.passed for s in self.stages)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the model although nothing failed."""
        return tuple(message for stage in self.stages for message in stage.warnings)
