"""What an evaluated dataset says besides its figures: classes, label errors, slices, the data itself, robustness."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.evaluation.answering import logits
from core.evaluation.answers import Answers
from core.evaluation.pooled_rows import pooled_rows, required_vectors
from core.results import Feature, FeatureKey
from core.results.answered_rows import AnsweredRows
from core.results.classes import ClassReport
from core.results.data_checks import DataChecks
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.results.robustness import Replacement, RobustnessReport
from core.results.slices import Condition, Slice, SliceKind, SliceReport, TextMatch
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from core.engine.text_tokens import TextTokens

T = TypeVar("T")


class DatasetAnalyses:
    """Work on evaluations that came from here. Thread safe; a `Task` that it hands out has not begun."""

    def __init__(self, answers: Answers, tasks: TaskRunner) -> None:
        self._answers = answers
        self._engine = answers.engine
        self._datasets = answers.datasets
        self._tasks = tasks

    def classes(self, result: DatasetEvaluation) -> Task[ClassReport]:
        """Every class of an evaluation that came from here against all others.

        Raises:
            NotFoundError: its dataset is not here any more.
        """
        stored = self._answers.stored(result.selection, result.request)

        def work(on_progress: Progress) -> ClassReport:
            from core.evaluation.classes import class_report

            on_progress(0.0, "measuring")
            return class_report(result, stored.rows()[: len(result.rows)])

        return self._task(Feature.CLASSES, result, work)

    def label_errors(self, result: DatasetEvaluation, *, refit: bool) -> Task[LabelErrorReport]:
        """Rows of an evaluation that came from here whose label is likely wrong.

        Pooled vectors that are not there yet are computed first. With `refit` probabilities are of heads that have not
        seen the row, for rows that the model was trained on.

        Raises:
            NotFoundError: its dataset is not here any more.
            InputError: vectors that would take too much room, where a head is to be refitted.
        """
        selection, request, count = result.selection, result.request, len(result.rows)
        stored, vectors = self._answers.stored(selection, request), self._answers.vectors(selection, request)
        if refit:
            required_vectors(self._answers, result)

        def work(on_progress: Progress) -> LabelErrorReport:
            from core.evaluation.label_errors import label_error_report

            pooled = None if vectors is None else pooled_rows(self._answers, result, vectors, on_progress)
            on_progress(0.0, "comparing")
            return label_error_report(result, stored.rows()[:count], pooled, on_progress, refit=refit)

        return self._task(Feature.LABEL_ERRORS, result, work, refit)

    def slices(self, result: DatasetEvaluation, least: int = 10) -> Task[SliceReport]:
        """Parts of an evaluation that came from here, of so many rows or more, and which of them are weak.

        Raises:
            NotFoundError: its dataset is not here any more.
        """
        request, columns = result.request, self._datasets.summary(result.request.dataset).columns

        def work(on_progress: Progress) -> SliceReport:
            from core.evaluation.slice_conditions import MOST_COLUMNS
            from core.evaluation.slices import slice_report

            on_progress(0.0, "reading columns")
            others = [name for name in columns if name not in (request.text_column, request.label_column)]
            cells = {name: self._answered_cells(result, name) for name in others[:MOST_COLUMNS]}
            texts = self._answered_cells(result, request.text_column)
            tokens = self._tokens(result, texts, on_progress)
            on_progress(0.9, "testing slices")
            return slice_report(result, texts, cells, least, tokens.pieces)

        return self._task(Feature.SLICES, result, work, least)

    def matching(self, result: DatasetEvaluation, match: TextMatch) -> Slice:
        """The rows of an evaluation whose texts match.

        Raises:
            NotFoundError: its dataset is not here any more.
            InputError: see `core.evaluation.text_match.matches`.
        """
        from core.evaluation.slices import slice_of

        condition = Condition(SliceKind.MATCH, "regex" if match.regex else "", match.text)
        return slice_of(result, condition, self._matching(result, match))

    def search(self, result: AnsweredRows, match: TextMatch) -> tuple[int, ...]:
        """Places among the answered rows, labelled or not, whose texts match, ascending.

        Raises:
            NotFoundError, InputError: as `matching`.
        """
        return tuple(int(place) for place in np.flatnonzero(self._matching(result, match)))

    def _matching(self, result: AnsweredRows, match: TextMatch) -> NDArray[np.bool_]:
        from core.evaluation.text_match import matches

        return matches(self._answered_cells(result, result.request.text_column), match)

    def data_checks(self, result: DatasetEvaluation) -> Task[DataChecks]:
        """What about the rows of an evaluation may mislead.

        Raises:
            NotFoundError: its dataset is not here any more.
        """
        request = result.request
        self._datasets.summary(request.dataset)

        def work(on_progress: Progress) -> DataChecks:
            from core.evaluation.data_checks import data_checks

            texts = self._answered_cells(result, request.text_column)
            tokens = self._tokens(result, texts, on_progress)
            on_progress(0.5, "comparing texts")
            labels = [""] * len(texts)
            if request.label_column is not None:
                labels = self._answered_cells(result, request.label_column)
            return data_checks(result, texts, labels, tokens)

        return self._task(Feature.DATA_CHECKS, result, work)

    def robustness(self, result: DatasetEvaluation, replacement: Replacement | None = None) -> Task[RobustnessReport]:
        """Which harmless changes of the texts of an evaluation change the answer; or what one replacement does.

        Raises:
            NotFoundError: its dataset is not here any more.
            InputError: see `core.evaluation.robustness.check`.
        """
        from core.evaluation import robustness

        selection, request = result.selection, result.request
        longest = self._engine.settings.max_characters
        self._datasets.summary(request.dataset)
        if replacement is not None:
            robustness.check(replacement)

        def work(on_progress: Progress) -> RobustnessReport:
            on_progress(0.0, "changing texts")
            places = robustness.tried(result)
            texts = list(self._datasets.cells(request.dataset, request.text_column, result.rows[places]))

            def asked(changed: Sequence[str]) -> NDArray[np.float32]:
                return logits(self._engine, selection, changed, on_progress)

            return robustness.robustness_report(result, places, texts, longest, asked, replacement)

        return self._task(Feature.ROBUSTNESS, result, work, replacement)

    def _tokens(self, result: AnsweredRows, texts: Sequence[str], on_progress: Progress) -> TextTokens:
        """What the pair's tokenizer makes of the texts; the pair is loaded where it is not in memory any more."""
        from core.engine.text_tokens import text_tokens

        with self._engine.using(result.selection) as (pair,):
            return text_tokens(pair.predictor.encoder, texts, on_progress)

    def _answered_cells(self, result: AnsweredRows, column: str) -> list[str]:
        return list(self._datasets.cells(result.request.dataset, column, result.rows))

    def _task(
        self, feature: Feature, result: DatasetEvaluation, work: Callable[[Progress], T], *options: Hashable
    ) -> Task[T]:
        """Work on an evaluation: the same for the same answers, however they are asked for."""
        key = (result.selection, self._answers.identity(result.selection), result.calibration, *options)
        return Task(self._tasks, FeatureKey(feature, result.request, key), work)
