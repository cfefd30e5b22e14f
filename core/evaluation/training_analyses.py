"""A pair's answers to a test file beside those to its training file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.answers import Answers
from core.evaluation.drawn_rows import some_of
from core.evaluation.pair_analyses import PairAnalyses
from core.evaluation.pooled_rows import pooled_rows, required_vectors
from core.evaluation.stored_rows import StoredRows
from core.files.training_file import training_file
from core.results import Feature, Selection
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.training_rows import InfluenceReport, TrainingFile, TrainingRows
from core.tasks.progress import Progress
from core.tasks.runner import TaskRunner
from core.tasks.task import Task

if TYPE_CHECKING:
    from core.evaluation.linear_head import LinearHead
    from core.evaluation.training_rows import Represented

#: Rows that a head is fitted on, drawn at random where there are more.
MOST_FITTED = 20_000
#: Fitted heads that are kept in memory: of 20,000 rows 20 MB each.
_KEPT = 3


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A head, and where its rows (n,) are among the training evaluation's."""

    head: LinearHead
    places: NDArray[np.int64]


class TrainingAnalyses(PairAnalyses):
    """Work on two evaluations of one pair that came from here. Thread safe; a `Task` it hands out has not begun."""

    def __init__(self, answers: Answers, tasks: TaskRunner) -> None:
        super().__init__(answers, tasks)
        self._lock = threading.Lock()
        self._heads: OrderedDict[Hashable, _Fitted] = OrderedDict()

    def training_file(self, selection: Selection) -> TrainingFile | None:
        """What the card of the pair's adapter, or of its base, says it was trained on; None where it says nothing."""
        return training_file(self._answers.folder(selection))

    def training_rows(self, result: DatasetEvaluation, training: DatasetEvaluation) -> Task[TrainingRows]:
        """An evaluation beside that of the training file. Pooled vectors that are not there yet are computed first.

        Raises:
            NotFoundError: a dataset is not here any more.
            InputError: vectors that would take too much room.
        """
        stored = [required_vectors(self._answers, evaluation) for evaluation in (result, training)]

        def work(on_progress: Progress) -> TrainingRows:
            from core.evaluation.training_rows import training_rows

            both = [self._represented(e, s, on_progress) for e, s in zip((result, training), stored, strict=True)]
            return training_rows(both[0], both[1], on_progress)

        return self._task(Feature.TRAINING_ROWS, result, work, training.request)

    def influence(self, result: DatasetEvaluation, training: DatasetEvaluation, place: int) -> Task[InfluenceReport]:
        """Training rows with the largest influence on the verdict of one of an evaluation's rows, by its place.

        Raises:
            NotFoundError: a dataset is not here any more.
            InputError: vectors that would take too much room; a row without a verdict.
        """
        stored = [required_vectors(self._answers, evaluation) for evaluation in (result, training)]
        if result.predicted[place] == NO_CLASS:
            raise InputError("The model gives this row no verdict.", fix="choose another row.")

        def work(on_progress: Progress) -> InfluenceReport:
            from core.evaluation.influence import influence_report

            both = [
                pooled_rows(self._answers, e, s, on_progress) for e, s in zip((result, training), stored, strict=True)
            ]
            fitted = self._fitted(training, both[1], lambda done, stage: on_progress(done / 2, stage))
            return influence_report(
                fitted.head,
                fitted.places,
                np.asarray(both[0][place]),
                int(result.predicted[place]),
                lambda done, stage: on_progress((1 + done) / 2, stage),
            )

        return self._task(Feature.INFLUENCE, result, work, training.request, place)

    def _fitted(self, training: DatasetEvaluation, vectors: NDArray[Any], on_progress: Progress) -> _Fitted:
        """The head of a training file; the last ones are kept."""
        from core.evaluation.linear_head import fit_head
        from core.evaluation.training_rows import usable

        key = (self._answers.identity(training.selection), training.request)
        with self._lock:
            if key in self._heads:
                self._heads.move_to_end(key)
                return self._heads[key]
        places = some_of(usable(training, vectors), MOST_FITTED)
        made = _Fitted(fit_head(vectors[places], training.actual[places], on_progress), places)
        with self._lock:
            self._heads[key] = made
            if len(self._heads) > _KEPT:
                self._heads.popitem(last=False)
        return made

    def _represented(self, result: DatasetEvaluation, vectors: StoredRows, on_progress: Progress) -> Represented:
        from core.evaluation.training_rows import Represented

        pooled, request = pooled_rows(self._answers, result, vectors, on_progress), result.request
        strange = np.zeros(len(result.rows), bool)
        if request.label_column is not None:
            strange = ~result.labelled & self._answers.written(request)[result.rows]
        logits = self._answers.stored(result.selection, request).rows()[: len(result.rows)]
        return Represented(result, self._answered_cells(result, request.text_column), logits, pooled, strange)
