"""Where a long piece of work stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import AppError


@dataclass(frozen=True, eq=False)
class JobState:
    """A job under way or ended: with a result, an error for the user, or because somebody stopped it."""

    fraction: float = 0.0
    stage: str = "waiting"
    result: Any = None
    error: AppError | None = None
    cancelled: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.stage in ("done", "failed", "stopped")

    @property
    def ended_badly(self) -> bool:
        """Ended without a result."""
        return self.stage in ("failed", "stopped")
