"""What the pooled vectors of an evaluated dataset show by themselves."""

from __future__ import annotations

from core.errors import InputError
from core.evaluation.answering import represent
from core.evaluation.dataset_analyses import DatasetAnalyses
from core.results import Feature
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.text_map import Projection, TextMap
from core.tasks.progress import Progress
from core.tasks.task import Task


class VectorAnalyses(DatasetAnalyses):
    """Work on stored vectors. Thread safe; a `Task` that it hands out has not begun."""

    def text_map(self, result: DatasetEvaluation, projection: Projection) -> Task[TextMap]:
        """The texts of an evaluation that came from here as points, by their pooled vectors.

        Vectors that are not there yet are computed first.

        Raises:
            NotFoundError: its dataset is not here any more.
            InputError: vectors that would take too much room.
        """
        selection, request, count = result.selection, result.request, len(result.rows)
        vectors = self._answers.vectors(selection, request)
        if vectors is None:
            raise InputError(
                "So many pooled vectors are not kept, so there is no map.", fix="bring a part of the rows."
            )

        def work(on_progress: Progress) -> TextMap:
            from core.evaluation.text_map import text_map

            if vectors.count() < count:
                texts = self._datasets.cells(request.dataset, request.text_column, result.rows)
                represent(self._engine, selection, texts, vectors, on_progress)
            return text_map(vectors.rows()[:count], projection, on_progress)

        return self._task(Feature.TEXT_MAP, result, work, projection)
