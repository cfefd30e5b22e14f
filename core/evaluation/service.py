"""Many texts as long work: classified, or measured against their labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from core.engine.engine import Engine, check_texts
from core.results import Evaluation, Feature, FeatureKey, LabelledTexts, Prediction, Selection
from core.results.evaluation import FurtherAnalyses, FurtherReport
from core.results.to_json import to_json
from core.tasks.progress import OnCount, Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task


class EvaluationService:
    """Runs over many texts. Thread safe; one for a whole process. A `Task` that it hands out has not begun."""

    def __init__(self, engine: Engine, tasks: TaskRunner) -> None:
        self._engine = engine
        self._tasks = tasks

    def classify(self, selection: Selection, texts: Sequence[str]) -> Task[tuple[Prediction, ...]]:
        """Predictions in the order of the texts; the pair is loaded when needed, and stays till the end.

        Raises:
            InputError: an empty or over-long text, by its place.
        """
        check_texts(texts, self._engine.settings.max_characters)

        def work(on_progress: Progress) -> tuple[Prediction, ...]:
            from core.engine.bulk import classify_in_chunks

            return tuple(classify_in_chunks(self._engine, selection, texts, _counted(on_progress)))

        key = FeatureKey(Feature.PREDICTIONS, _digest(texts), (selection, selection.untrained_head))
        return Task(self._tasks, key, work)

    def evaluate(self, selection: Selection, rows: LabelledTexts) -> Task[Evaluation]:
        """Predictions measured against labels, which are checked before any text is classified.

        Raises:
            InputError: rows without labels, an empty or over-long text.
        """
        check_texts(rows.texts, self._engine.settings.max_characters)

        def work(on_progress: Progress) -> Evaluation:
            from core.evaluation.run import evaluate

            return evaluate(self._engine, selection, rows, _counted(on_progress))

        digests = (_digest(rows.texts), _digest(rows.labels or ()))
        key = FeatureKey(Feature.EVALUATION, digests, (selection, selection.untrained_head))
        return Task(self._tasks, key, work)

    def further(self, selection: Selection, rows: LabelledTexts, asked: FurtherAnalyses) -> Task[FurtherReport]:
        """What else is asked of an evaluation; every other pair is loaded beside the first.

        Raises:
            InputError: an empty or over-long text.
        """
        longest = self._engine.settings.max_characters
        for texts in (rows, *([asked.training] if asked.training is not None else [])):
            check_texts(texts.texts, longest)

        def work(on_progress: Progress) -> FurtherReport:
            from core.evaluation.further_report import further_report

            found = further_report(self._engine, selection, rows, asked, on_progress)
            return FurtherReport(json.dumps(to_json(found), allow_nan=False))

        digests = tuple(_digest(texts) for texts in (rows.texts, rows.labels or ()))
        key = FeatureKey(Feature.EVALUATION, digests, (selection, selection.untrained_head, asked))
        return Task(self._tasks, key, work)


def _counted(on_progress: Progress) -> OnCount:
    """Texts done and texts in all, as progress."""

    def on_count(done: int, total: int) -> None:
        on_progress(done / total, f"{done:,} of {total:,} texts")

    return on_count


def _digest(texts: Iterable[str]) -> str:
    """What tells two lists of texts apart without keeping them."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode(errors="surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()
