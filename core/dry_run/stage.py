"""A stage of a dry run before it is looked at: its name, what it is about, and the ways in which it can end."""

from __future__ import annotations

from dataclasses import dataclass

from core.results import Stage, StageStatus


@dataclass(frozen=True)
class StageKind:
    """Makes the stage of this name."""

    name: str
    about: str

    def judged(
        self,
        passed: bool,
        detail: str,
        fix: str,
        number: float | None = None,
        bound: float | None = None,
        unit: str = "",
    ) -> Stage:
        """Passed or failed; the fix is stated only where it failed."""
        status = StageStatus.PASSED if passed else StageStatus.FAILED
        return Stage(self.name, status, detail, self.about, number, bound, unit, "" if passed else fix)

    def not_applicable(self, why: str) -> Stage:
        """This kind of model has no such thing."""
        return Stage(self.name, StageStatus.NOT_APPLICABLE, why, self.about)

    def left_out(self, why: str) -> Stage:
        """It could not be looked at."""
        return Stage(self.name, StageStatus.LEFT_OUT, why, self.about)
