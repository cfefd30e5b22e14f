"""Dry runs for pages: watched, stopped, remembered as long as the pair is loaded.

Importing this file imports neither torch nor transformers.
"""

from __future__ import annotations

import weakref

from core.dry_run.default_texts import MOST, TEXTS
from core.engine.engine import Engine, check_texts
from core.errors import InputError
from core.explain.sessions import still_loaded
from core.results import DryRun, Feature, FeatureKey, Selection
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


class DryRunService:
    """Dry runs by pair and texts. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks

    def run(self, selection: Selection, texts: tuple[str, ...] = TEXTS) -> Task[DryRun]:
        """A dry run, not begun; `Task.restart` runs it once more.

        Raises:
            InputError: no text, an empty or over-long one, or too many.
            AppError: the pair cannot be loaded.
        """
        if not 1 <= len(texts) <= MOST:
            raise InputError(f"A dry run takes 1 to {MOST} texts, and got {len(texts)}.", fix="give fewer, one a line.")
        check_texts(texts, self._engine.settings.max_characters)
        pair = self._engine.pair(selection)
        reference = weakref.ref(pair)

        def work(on_progress: Progress) -> DryRun:
            from core.dry_run.run import check_pair

            return check_pair(self._engine, still_loaded(reference), texts, on_progress)

        return Task(self._tasks, FeatureKey(Feature.DRY_RUN, texts), work, owner=pair)
