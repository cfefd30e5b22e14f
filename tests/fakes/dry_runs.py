"""Dry runs without a model."""

from __future__ import annotations

from math import prod

from core.dry_run.default_texts import TEXTS
from core.results import DryRun, LoadedModel, Selection, Stage, StageStatus, TextTokens, TracedTensor
from core.services import DryRuns
from tests.fakes.catalogue import WIDTH
from tests.fakes.engine import FakeEngine
from tests.fakes.predictions import predict
from tests.fakes.task import FakeTask, FakeTasks

#: Number, bound and what a stage looks at, by its end.
_STAGES = (
    Stage("Tokenizer", StageStatus.PASSED, "every token id is below 320", "Are the ids those of the model?", 319, 319),
    Stage("Shapes", StageStatus.PASSED, "4 of 4 tensors are as expected", "Has each tensor the shape it must have?"),
    Stage("Packing", StageStatus.NOT_APPLICABLE, "this kind of model is not packed", "Is a packed text the same?"),
    Stage("Save and load", StageStatus.LEFT_OUT, "there is no room on the disk", "Does it say the same from disk?"),
)
_FAILED = Stage(
    "Padding",
    StageStatus.FAILED,
    "padding changes the logits by 3 %, and 0.01 % is allowed",
    "Does padding change nothing?",
    0.03,
    0.0001,
    "of the largest logit",
    "look at the <b>attention mask</b>.",
)


class FakeDryRuns:
    """Sound for all but the candidate "own", whose padding is wrong."""

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self._engine = engine
        self._tasks = tasks

    def run(self, selection: Selection, texts: tuple[str, ...] = TEXTS) -> FakeTask[DryRun]:
        model = self._engine.load(selection)
        return self._tasks.task(lambda: _run(model, texts), "dry run", selection, texts)


def _run(model: LoadedModel, texts: tuple[str, ...]) -> DryRun:
    read = [predict(model, text) for text in texts]
    tokens = tuple(TextTokens(p.text, p.total_tokens, len(p.tokens)) for p in read)
    sizes = {"B": len(texts), "T": max(t.read for t in tokens), "D": WIDTH, "K": len(model.labels)}
    traced = (
        _traced("Embeddings", "BTD", sizes),
        _traced("Pooling weights", "BT", sizes),
        _traced("Pooler", "BD", sizes),
        _traced("Logits", "BK", sizes),
    )
    stages = (*_STAGES, _FAILED) if model.selection.candidate == "own" else _STAGES
    return DryRun(stages, tokens, traced, 0.01)


def _traced(name: str, axes: str, sizes: dict[str, int]) -> TracedTensor:
    shape = tuple(sizes[axis] for axis in axes)
    return TracedTensor(name, f"({', '.join(axes)})", shape, shape, "float32", "float32", prod(shape), 1.5)


_: type[DryRuns] = FakeDryRuns
