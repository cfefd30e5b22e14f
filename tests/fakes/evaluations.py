"""A fake candidate on many texts."""

from __future__ import annotations

from collections.abc import Sequence

from core.data.targets import read_targets
from core.errors import InputError
from core.evaluation.run import score
from core.results import Evaluation, LabelledTexts, LoadedModel, Prediction, Selection
from core.results.evaluation import FurtherAnalyses, FurtherReport
from core.services import Evaluations
from tests.fakes.engine import FakeEngine
from tests.fakes.predictions import predict
from tests.fakes.task import FakeTask, FakeTasks


class FakeEvaluations:
    """Measured as real answers are."""

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self._engine = engine
        self._tasks = tasks

    def classify(self, selection: Selection, texts: Sequence[str]) -> FakeTask[tuple[Prediction, ...]]:
        model = self._engine.answering(selection)
        return self._tasks.task(lambda: tuple(predict(model, text) for text in texts), "classify", selection, texts)

    def evaluate(self, selection: Selection, rows: LabelledTexts) -> FakeTask[Evaluation]:
        model = self._engine.answering(selection)
        return self._tasks.task(lambda: _evaluate(model, rows), "evaluate", selection, rows)

    def further(self, selection: Selection, rows: LabelledTexts, asked: FurtherAnalyses) -> FakeTask[FurtherReport]:
        return self._tasks.task(lambda: FurtherReport("{}"), "further", selection, rows, asked)


def _evaluate(model: LoadedModel, rows: LabelledTexts) -> Evaluation:
    if rows.labels is None:
        raise InputError(f"'{rows.source}' was read without labels.", fix="name the label column.")
    targets = read_targets(rows.labels, model.labels, model.problem_type)
    return score([predict(model, text) for text in rows.texts], targets)


_: type[Evaluations] = FakeEvaluations
