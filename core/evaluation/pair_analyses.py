"""Two pairs on one dataset, and a pair as the teacher of another."""

from __future__ import annotations

import numpy as np

from core.engine.untrained_head import require_head
from core.errors import InputError
from core.evaluation.answers import require_one_class
from core.evaluation.vector_analyses import VectorAnalyses
from core.results import Feature, Selection
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.two_models import CommonClasses, TwoModels
from core.tasks.progress import Progress
from core.tasks.task import Task


class PairAnalyses(VectorAnalyses):
    """Work on evaluations that came from here. Thread safe; a `Task` that it hands out has not begun."""

    def common_classes(self, first: Selection, second: Selection) -> CommonClasses:
        """How many classes two loaded pairs have in common by name.

        Raises:
            NotFoundError: a pair is not loaded.
            InputError: they have none; a pair that gives values or several labels.
            UntrainedHeadError: see `require_head`.
        """
        from core.evaluation.class_alignment import align

        models = [self._answers.loaded(selection) for selection in (first, second)]
        for model, selection in zip(models, (first, second), strict=True):
            require_head(model, selection)
            require_one_class(model)
        return align(models[0].labels, models[1].labels).common

    def two_models(self, first: DatasetEvaluation, second: DatasetEvaluation) -> Task[TwoModels]:
        """Two evaluations of the same rows that came from here, of pairs that are both loaded.

        Raises:
            NotFoundError: a pair is not loaded; their dataset is not here any more.
        """
        stored = [self._answers.stored(result.selection, result.request) for result in (first, second)]

        def work(on_progress: Progress) -> TwoModels:
            from core.evaluation.two_models import compare

            logits = stored[0].rows()[: len(first.rows)], stored[1].rows()[: len(second.rows)]
            return compare(first, second, logits, on_progress)

        other = (second.selection, self._answers.identity(second.selection), second.calibration, second.request)
        return self._task(Feature.TWO_MODELS, first, work, *other)

    def soft_labels(self, result: DatasetEvaluation) -> bytes:
        """The probabilities of an evaluation that came from here, as they are stated, for a student to be trained on.

        Raises:
            NotFoundError: its dataset is not here any more.
            InputError: rows without probabilities.
        """
        from core.data.soft_labels import soft_labels
        from core.metrics.probabilities import softmax

        logits = self._answers.stored(result.selection, result.request).rows()[: len(result.rows)]
        silent = int((~np.isfinite(logits).all(axis=1)).sum())
        if silent:
            raise InputError(
                f"{silent:,} rows have no probabilities: their logits are not finite.", fix="leave these rows out."
            )
        return soft_labels(result.classes, softmax(np.asarray(logits, np.float64) / result.temperature))
