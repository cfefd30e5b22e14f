"""How far attributions are, counted in forward passes."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.explain.attributions.cost import GRADIENT
from core.results import Floats
from core.tasks.progress import Progress


class PassProgress:
    """Rows through the model, of those that `passes` says; a gradient counts as `GRADIENT` of them."""

    def __init__(self, on_progress: Progress, passes: dict[str, int]) -> None:
        self._on_progress = on_progress
        self._all = sum(passes.values()) + (GRADIENT - 1) * passes["gradients"]
        self._done, self._each, self._stage = 0, 1, "starting"

    def during(self, stage: str, each: int, work: Callable[[], Floats]) -> tuple[Floats, float]:
        """The work's result and seconds; its rows count `each`."""
        self._stage, self._each = stage, each
        start = time.perf_counter()
        return work(), time.perf_counter() - start

    def rows(self, count: int) -> None:
        """So many more rows are under way."""
        self._on_progress(min(1.0, self._done / self._all), self._stage)
        self._done += self._each * count

    def measured(self, done: int, of: int) -> None:
        """So many of the shortened texts are through."""
        left = 1 - min(1.0, self._done / self._all)
        self._on_progress(1 - left * (1 - done / of), "faithfulness")
