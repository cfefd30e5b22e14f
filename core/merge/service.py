"""Merges for pages and commands, as long work. Importing this file imports no torch."""

from __future__ import annotations

from pathlib import Path

from core.engine.engine import Engine
from core.errors import AdapterError, InputError
from core.files.folders import read_adapter_folder, read_model_folder
from core.files.hub import is_hub_id
from core.files.locate import require_adapter, require_candidate
from core.files.output_folder import require_empty
from core.merge.cost import merge_cost
from core.merge.request import MergeRequest, require_whole
from core.results import Feature, FeatureKey, Merge, MergeCost, Selection
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


class MergeService:
    """Writes merged checkpoints. Thread safe; one for a whole process."""

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks

    def merge_cost(self, selection: Selection, output: str) -> MergeCost:
        """What it takes of memory and disk; nothing is read but headers.

        Raises:
            AppError: as `merge`.
        """
        request = self._request(selection, output, dequantise=False)
        return merge_cost(request, self._engine.free_bytes("cpu"))

    def merge(self, selection: Selection, output: str, *, dequantise: bool = False) -> Task[Merge]:
        """Write the base of a selection with its adapter merged into it as one folder.

        Raises:
            AdapterError: no adapter is chosen.
            InputError: no folder is given, or one that holds something.
            NotFoundError: files that are not on this machine.
            CheckpointError: a quantised base that is not to be dequantised.
        """
        request = self._request(selection, output, dequantise=dequantise)
        require_empty(request.output)
        require_whole(request)

        def work(on_progress: Progress) -> Merge:
            from core.merge.run import merge

            def free() -> int:
                return self._engine.free_bytes("cpu")

            return merge(request, free=free, loading_alone=self._engine.loading_alone, on_progress=on_progress)

        key = FeatureKey(Feature.MERGE, str(request.output), (selection, dequantise))
        return Task(self._tasks, key, work)

    def _request(self, selection: Selection, output: str, *, dequantise: bool) -> MergeRequest:
        """Headers of the files of a selection; no weight is read."""
        candidate, settings = self._engine.candidate(selection.candidate), self._engine.settings
        if selection.adapter is None:
            raise AdapterError(
                f"'{selection.candidate}' is chosen without an adapter, so there is nothing to merge.",
                fix="choose an adapter.",
            )
        source = candidate.base_model.pretrained_model_name_or_path
        return MergeRequest(
            base_name=source if is_hub_id(source) else selection.candidate,
            adapter_name=selection.adapter,
            base=candidate.base_model,
            folder=read_model_folder(require_candidate(candidate, settings).path),
            adapter=read_adapter_folder(require_adapter(candidate, selection.adapter, settings).path),
            output=_output(output),
            dequantise=dequantise,
        )


def _output(name: str) -> Path:
    if not name.strip():
        raise InputError("No folder is given for the merged checkpoint.", fix="name one that is not there yet.")
    return Path(name.strip()).expanduser().absolute()
