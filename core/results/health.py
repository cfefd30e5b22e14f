"""What was checked of an adapter, or of a base's own head, and how each check ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    """How a check ended. `REFUSED` stops a load; the others are shown."""

    PASSED = "passed"
    NOTE = "note"
    WARNING = "warning"
    REFUSED = "refused"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, in words; `command_fix` is the fix at a terminal, where that is another."""

    name: str
    status: CheckStatus
    message: str
    fix: str = ""
    command_fix: str = ""


@dataclass(frozen=True)
class HealthReport:
    """Whether an adapter (or a base model's own head) does what it was trained to do."""

    checks: tuple[Check, ...]

    @property
    def worst(self) -> CheckStatus:
        """The most serious status among the checks."""
        return max((c.status for c in self.checks), key=list(CheckStatus).index, default=CheckStatus.PASSED)
