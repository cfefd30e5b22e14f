"""Exports that write nothing."""

from __future__ import annotations

from core.errors import CheckpointError, InputError
from core.results import Export, LoadedModel, ModelFormat, Selection
from core.services import Exports
from tests.fakes.engine import FakeEngine
from tests.fakes.task import FakeTask, FakeTasks


class FakeExports:
    """A folder named "taken" is refused, and whatever transformers has no class for (any pooler but the default)."""

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self._engine = engine
        self._tasks = tasks

    def export(self, selection: Selection, output: str, model_format: ModelFormat = "transformers") -> FakeTask[Export]:
        if not output.strip():
            raise InputError("No folder to write was given.", fix="name one that is not there yet.")
        model = self._engine.load(selection)
        return self._tasks.task(lambda: _export(model, output, model_format), "export", selection, output, model_format)


def _export(model: LoadedModel, output: str, model_format: ModelFormat) -> Export:
    if output.endswith("taken"):
        raise InputError(f"'{output}' holds files already: nothing is written over.", fix="give another folder.")
    if model_format == "openvino":
        raise CheckpointError("What was written answers otherwise.", fix="export it in another format.")
    stock = "LlamaForSequenceClassification" if model_format == "transformers" else ""
    base, adapter = model.selection.candidate, model.selection.adapter or ""
    sizes = (model.parameters, model.labels, model.bytes)
    return Export(output, model_format, base, adapter, "float32", stock, *sizes, 5, 2e-7, 1e-3)


_: type[Exports] = FakeExports
