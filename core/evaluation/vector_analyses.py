"""What the pooled vectors of an evaluated dataset show by themselves."""

from __future__ import annotations

from core.evaluation.dataset_analyses import DatasetAnalyses
from core.evaluation.pooled_rows import pooled_rows, required_vectors
from core.results import Feature
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.text_map import Projection, TextMap
from core.tasks.progress import Progress
from core.tasks.task import Task

#: Where vectors would take too much room.
NO_MAP = "So many pooled vectors are not kept, so there is no map."


class VectorAnalyses(DatasetAnalyses):
    """Work on stored vectors. Thread safe; a `Task` that it hands out has not begun."""

    def text_map(self, result: DatasetEvaluation, projection: Projection) -> Task[TextMap]:
        """The texts of an evaluation that came from here as points, by their pooled vectors.

        Vectors that are not there yet are computed first.

        Raises:
            NotFoundError: its dataset is not here any more.
            InputError: vectors that would take too much room.
        """
        vectors = required_vectors(self._answers, result, NO_MAP)

        def work(on_progress: Progress) -> TextMap:
            from core.evaluation.text_map import text_map

            return text_map(pooled_rows(self._answers, result, vectors, on_progress), projection, on_progress)

        return self._task(Feature.TEXT_MAP, result, work, projection)
