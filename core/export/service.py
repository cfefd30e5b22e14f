"""Exports for pages and commands, as long work. Importing this file imports no torch."""

from __future__ import annotations

from pathlib import Path

from core.engine.engine import Engine
from core.errors import InputError
from core.export.request import ExportRequest
from core.results import Export, Feature, FeatureKey, ModelFormat, Selection
from core.tasks.progress import Progress, cancelled_when
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


class ExportService:
    """Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks

    def export(self, selection: Selection, output: str, model_format: ModelFormat = "transformers") -> Task[Export]:
        """Write a pair, adapter merged, into a folder that is not there, or empty; `Task.restart` does it once more.

        Raises:
            InputError: no folder is named.
        """
        if not output.strip():
            raise InputError("No folder to write was given.", fix="name one that is not there yet.")
        place = Path(output).expanduser()
        source = self._engine.candidate(selection.candidate).base_model.pretrained_model_name_or_path
        base = source if not Path(source).exists() else Path(source).resolve().name
        adapter = "" if selection.adapter is None else Path(selection.adapter).name
        request = ExportRequest(base, adapter, place, model_format)

        def work(on_progress: Progress) -> Export:
            from core.export.run import export

            on_progress(0.0, "loading")
            with self._engine.using(selection) as (pair,), self._engine.holding(pair) as unloaded:
                return export(
                    pair,
                    request,
                    free=lambda: self._engine.free_bytes("cpu"),
                    loading_alone=self._engine.loading_alone,
                    on_progress=cancelled_when(unloaded, on_progress),
                )

        return Task(self._tasks, FeatureKey(Feature.EXPORT, str(place.absolute()), (selection, model_format)), work)
