"""Fake datasets: a small table, answered as a fake candidate answers each of its texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.columns import guess_columns
from core.data.label_names import match_labels
from core.data.targets import cell_values
from core.errors import InputError, NotFoundError
from core.evaluation import label_set_evaluation, value_evaluation
from core.evaluation.answers import require_one_class
from core.evaluation.class_alignment import align
from core.evaluation.classes import class_report
from core.evaluation.data_checks import data_checks
from core.evaluation.influence import influence_report
from core.evaluation.label_cells import counts_of_parts, indicators
from core.evaluation.label_errors import label_error_report
from core.evaluation.linear_head import fit_head
from core.evaluation.measuring import measured
from core.evaluation.robustness import check, robustness_report, tried
from core.evaluation.slices import slice_of, slice_report
from core.evaluation.text_map import text_map
from core.evaluation.text_match import matches
from core.evaluation.training_rows import Represented, training_rows, usable
from core.evaluation.two_models import compare
from core.results import LoadedModel, Selection
from core.results.answered_rows import AnsweredRows
from core.results.classes import ClassReport
from core.results.data_checks import DataChecks
from core.results.dataset import DatasetRequest, DatasetSummary, LabelMatch
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.results.label_set_evaluation import LabelSetEvaluation
from core.results.robustness import Replacement, RobustnessReport
from core.results.slices import Condition, Slice, SliceKind, SliceReport, TextMatch
from core.results.text_map import Projection, TextMap
from core.results.training_rows import InfluenceReport, TrainingFile, TrainingRows
from core.results.two_models import CommonClasses, TwoModels
from core.results.value_evaluation import ValueEvaluation
from core.services import Datasets
from tests.fakes.engine import FakeEngine
from tests.fakes.predictions import logits
from tests.fakes.task import FakeTask, FakeTasks

SURE = 0.8
#: The id of what comes with the app.
SAMPLE = f"{len('bank_messages.csv'):016x}"
COLUMNS = ("text", "label", "channel")
HOSTILE = "<script>alert(1)</script>"
#: The one label that no fake candidate has, and how many rows have it.
UNKNOWN, UNKNOWN_ROWS = "weather", 2


class FakeDatasets:
    """Whatever is brought, it is the same table, under the name of the file.

    Attributes:
        refuses: it cannot be read.
        answers: rows of the table that were answered before: all of its 12 at first.
    """

    def __init__(self, engine: FakeEngine, tasks: FakeTasks) -> None:
        self._engine = engine
        self._tasks = tasks
        self.names = {SAMPLE: "bank_messages.csv"}
        self.refuses = False
        self.answers = 12
        self._asked: Selection | None = None

    def add(self, path: str) -> DatasetSummary:
        return self._brought(path.rsplit("/", 1)[-1])

    def receive(self, name: str, content: bytes) -> DatasetSummary:
        return self._brought(name)

    def sample(self) -> DatasetSummary:
        return self.summary(SAMPLE)

    def _brought(self, name: str) -> DatasetSummary:
        if self.refuses:
            raise InputError(f"'{name}' has no rows.", fix="give a file with at least one row.")
        dataset = f"{len(name):016x}"
        self.names[dataset] = name
        return self.summary(dataset)

    def summary(self, dataset: str) -> DatasetSummary:
        if dataset not in self.names:
            raise NotFoundError(f"There is no dataset '{dataset}' here.", fix="bring the file again.")
        rows = self.table()
        text, label = guess_columns(COLUMNS, rows)
        return DatasetSummary(dataset, self.names[dataset], len(rows), COLUMNS, "utf-8", tuple(rows), text, label)

    def table(self) -> list[tuple[str, str, str]]:
        """Texts, labels as the pair gives them that was asked last, or loaded, and a column besides."""
        models = [self._engine.models[self._asked]] if self._asked in self._engine.models else []
        model = [*self._engine.models.values(), *models][-1] if self._engine.models else None
        rows = [(f"Where is my card number {i}? {HOSTILE}", label_of(model, i), "app") for i in range(10)]
        return [*rows, *[("Will it rain?", UNKNOWN, "email")] * UNKNOWN_ROWS]

    def cells(self, dataset: str, column: str, rows: Sequence[int]) -> tuple[str, ...]:
        table = self.table()
        return tuple(table[row][COLUMNS.index(column)] for row in rows)

    def labels(self, selection: Selection, request: DatasetRequest) -> tuple[LabelMatch, ...]:
        self._asked = selection
        model = self._engine.models[selection]
        counts = Counter(row[COLUMNS.index(request.label_column or "label")] for row in self.table())
        parts = counts_of_parts(counts) if model.problem_type == "multi_label_classification" else counts
        return match_labels(parts, model.labels, dict(request.given))

    def answered(self, selection: Selection, request: DatasetRequest) -> tuple[int, int]:
        return self.answers, len(self.table())

    def evaluate(self, selection: Selection, request: DatasetRequest) -> FakeTask[DatasetEvaluation]:
        return self._tasks.task(lambda: self._evaluated(selection, request), "dataset", selection, request)

    def evaluate_label_sets(self, selection: Selection, request: DatasetRequest) -> FakeTask[LabelSetEvaluation]:
        return self._tasks.task(lambda: self._label_sets(selection, request), "label sets", selection, request)

    def evaluate_values(self, selection: Selection, request: DatasetRequest) -> FakeTask[ValueEvaluation]:
        return self._tasks.task(lambda: self._values(selection, request), "values", selection, request)

    def classes(self, result: DatasetEvaluation) -> FakeTask[ClassReport]:
        model = self._engine.models[result.selection]
        answers = np.array([logits(model, row[0]) for row in self.table()])
        return self._tasks.task(lambda: class_report(result, answers), "classes", result.selection, result.request)

    def label_errors(self, result: DatasetEvaluation, *, refit: bool) -> FakeTask[LabelErrorReport]:
        model = self._engine.models[result.selection]
        answers = np.array([logits(model, row[0]) for row in self.table()])
        pooled = np.arange(2.0 * len(answers)).reshape(-1, 2)

        def work() -> LabelErrorReport:
            return label_error_report(result, answers, pooled, lambda *_: None, refit=refit)

        return self._tasks.task(work, "label_errors", result.selection, result.request, refit)

    def slices(self, result: DatasetEvaluation, least: int) -> FakeTask[SliceReport]:
        texts, channels = ([row[i] for row in self.table()] for i in (0, 2))
        cells = {"channel": channels}
        asked = ("slices", result.selection, result.request, least)
        return self._tasks.task(lambda: slice_report(result, texts, cells, least), *asked)

    def matching(self, result: DatasetEvaluation, match: TextMatch) -> Slice:
        condition = Condition(SliceKind.MATCH, "regex" if match.regex else "", match.text)
        return slice_of(result, condition, matches([row[0] for row in self.table()], match))

    def search(self, result: AnsweredRows, match: TextMatch) -> tuple[int, ...]:
        return tuple(int(i) for i in np.flatnonzero(matches([row[0] for row in self.table()], match)))

    def text_map(self, result: DatasetEvaluation, projection: Projection) -> FakeTask[TextMap]:
        vectors = np.random.default_rng(0).normal(size=(len(result.rows), 4))
        asked = ("text_map", result.selection, result.request, projection)
        return self._tasks.task(lambda: text_map(vectors, projection, lambda *_: None), *asked)

    def data_checks(self, result: DatasetEvaluation) -> FakeTask[DataChecks]:
        texts, labels = ([row[i] for row in self.table()] for i in (0, 1))
        asked = ("data_checks", result.selection, result.request)
        return self._tasks.task(lambda: data_checks(result, texts, labels), *asked)

    def robustness(
        self, result: DatasetEvaluation, replacement: Replacement | None = None
    ) -> FakeTask[RobustnessReport]:
        if replacement is not None:
            check(replacement)
        model, places = self._engine.models[result.selection], tried(result)
        texts = [self.table()[place][0] for place in places]

        def answers(changed: Sequence[str]) -> NDArray[np.float32]:
            return np.array([logits(model, text) for text in changed], np.float32)

        def work() -> RobustnessReport:
            return robustness_report(result, places, texts, 2000, answers, replacement)

        return self._tasks.task(work, "robustness", result.selection, result.request, replacement)

    def common_classes(self, first: Selection, second: Selection) -> CommonClasses:
        return align(*(self._engine.models[selection].labels for selection in (first, second))).common

    def two_models(self, first: DatasetEvaluation, second: DatasetEvaluation) -> FakeTask[TwoModels]:
        models = [self._engine.models[result.selection] for result in (first, second)]
        answers = [np.array([logits(model, row[0]) for row in self.table()]) for model in models]
        asked = ("two_models", first.selection, second.selection, first.request)
        return self._tasks.task(lambda: compare(first, second, (answers[0], answers[1]), lambda *_: None), *asked)

    def soft_labels(self, result: DatasetEvaluation) -> bytes:
        return b"PAR1"

    def training_file(self, selection: Selection) -> TrainingFile | None:
        return TrainingFile("train.csv", "/data/train.csv")

    def training_rows(self, result: DatasetEvaluation, training: DatasetEvaluation) -> FakeTask[TrainingRows]:
        asked = ("training_rows", result.selection, result.request, training.request)
        both = self._represented(result), self._represented(training)
        return self._tasks.task(lambda: training_rows(*both, lambda *_: None), *asked)

    def influence(
        self, result: DatasetEvaluation, training: DatasetEvaluation, place: int
    ) -> FakeTask[InfluenceReport]:
        def work() -> InfluenceReport:
            test, trained = self._represented(result), self._represented(training)
            places = usable(training, trained.vectors)
            head = fit_head(trained.vectors[places], training.actual[places], lambda *_: None)
            verdict = int(result.predicted[place])
            return influence_report(head, places, test.vectors[place], verdict, lambda *_: None)

        return self._tasks.task(work, "influence", result.selection, result.request, training.request, place)

    def _represented(self, result: DatasetEvaluation) -> Represented:
        texts, answers = [row[0] for row in self.table()], self._answers(result.selection)
        pooled = np.random.default_rng(0).normal(size=(len(texts), 4)).astype(np.float32)
        return Represented(result, texts, answers, pooled, ~result.labelled)

    def _answers(self, selection: Selection) -> NDArray[np.float64]:
        return np.array([logits(self._engine.models[selection], row[0]) for row in self.table()])

    def _evaluated(self, selection: Selection, request: DatasetRequest) -> DatasetEvaluation:
        self._asked, model = selection, self._engine.answering(selection)
        require_one_class(model)
        table, number = self.table(), {name: i for i, name in enumerate(model.labels)}
        means = {m.written: number.get(m.class_name or "", NO_CLASS) for m in self.labels(selection, request)}
        known = request.label_column is not None
        actual = np.array([means[row[1]] if known else NO_CLASS for row in table], np.int32)
        answers = np.array([logits(model, row[0]) for row in table])
        summary = self.summary(request.dataset)
        return measured(selection, model, summary, request, np.arange(len(table)), answers, actual, SURE)

    def _label_sets(self, selection: Selection, request: DatasetRequest) -> LabelSetEvaluation:
        self._asked, model = selection, self._engine.answering(selection)
        table, number = self.table(), {name: i for i, name in enumerate(model.labels)}
        means = {m.written: number.get(m.class_name or "") for m in self.labels(selection, request)}
        actual, known = indicators((row[1] for row in table), means, len(table), len(number))
        known &= request.label_column is not None
        answers, summary = np.array([logits(model, row[0]) for row in table]), self.summary(request.dataset)
        rows = np.arange(len(table))
        return label_set_evaluation.measured(selection, model, summary, request, rows, answers, actual, known)

    def _values(self, selection: Selection, request: DatasetRequest) -> ValueEvaluation:
        self._asked, model = selection, self._engine.answering(selection)
        table, outputs = self.table(), len(model.labels)
        absent = [float("nan")] * outputs
        read = [cell_values(row[1], outputs) if request.label_column else absent for row in table]
        actual, unread = np.array([values or absent for values in read]), read.count(None)
        answers, summary = np.array([logits(model, row[0]) for row in table]), self.summary(request.dataset)
        rows, seen = np.arange(len(table)), (unread, UNKNOWN if unread else "")
        return value_evaluation.measured(selection, model, summary, request, rows, answers, actual, seen)


def label_of(model: LoadedModel | None, row: int) -> str:
    """A label such as the model gives: a class, a set of them, one value or several."""
    classes = model.labels if model else ("a", "b")
    match model.problem_type if model else "":
        case "multi_label_classification":
            return "|".join(classes[: row % 3])
        case "regression":
            return "|".join(str((row + k) / 4) for k in range(len(classes)))
        case _:
            return classes[row % len(classes)]


_: type[Datasets] = FakeDatasets
