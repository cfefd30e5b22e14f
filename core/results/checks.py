"""What was looked at, and how it ended: health of an adapter, stages of a dry run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """How a check ended. `REFUSED` stops a load; the others are told."""

    PASSED = "passed"
    NOTE = "note"
    WARNING = "warning"
    REFUSED = "refused"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, in words."""

    name: str
    status: CheckStatus
    message: str
    fix: str = ""


@dataclass(frozen=True)
class HealthReport:
    """Whether an adapter (or a base model's own head) does what it was trained to do."""

    checks: tuple[Check, ...]

    @property
    def worst(self) -> CheckStatus:
        """The most serious status among the checks."""
        return max((c.status for c in self.checks), key=list(CheckStatus).index, default=CheckStatus.PASSED)

    @property
    def refusals(self) -> tuple[Check, ...]:
        """The checks that stop a load."""
        return tuple(c for c in self.checks if c.status is CheckStatus.REFUSED)


@dataclass(frozen=True)
class Stage:
    """One stage of a dry run, with its number in words."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class DryRun:
    """Whether a model is set up right."""

    stages: tuple[Stage, ...]

    @property
    def passed(self) -> bool:
        """Whether every stage passed."""
        return all(s.passed for s in self.stages)
