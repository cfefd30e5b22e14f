"""What a report of an evaluation says: its findings, and the tables of them, whatever they are written as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.results.classes import ClassReport
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.results.slices import SliceReport
from core.words import evaluation as words
from core.words.class_names import readable
from core.words.next_steps import Step

#: Rows of the tables on the page that is printed, and of those after it.
SHORT, LONG = 5, 50
_MEASURES = ("accuracy", "macro_f1", "balanced_accuracy", "top_3", "log_loss", "brier", "calibration_error")
#: Signs of a text in a table.
SIGNS = 160


@dataclass(frozen=True)
class Findings:
    """What an evaluation is reported with.

    Attributes:
        result: what was measured, of at least one labelled row.
        name: of the model.
        day: when, as it is written.
    """

    result: DatasetEvaluation
    name: str
    day: str
    classes: ClassReport
    errors: LabelErrorReport
    slices: SliceReport
    steps: Sequence[Step]

    @property
    def shown(self) -> list[int]:
        """Places of the rows whose texts the page shows."""
        return sorted({*(int(p) for p in self.errors.places[:SHORT]), *surest_wrong(self.result)})


@dataclass(frozen=True)
class Table:
    """Heads, and rows of as many cells."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def surest_wrong(result: DatasetEvaluation) -> list[int]:
    """Places of the wrong rows that it is sure of, the surest first."""
    places = [int(i) for i in (result.wrong & result.kept(result.sure)).nonzero()[0]]
    return sorted(places, key=lambda i: -float(result.probability[i]))[:LONG]


def figures(result: DatasetEvaluation) -> Table:
    """The measures, with their intervals."""
    rows = [
        (words.MEASURES[name], *words.figure(name, result.figures[name]))
        for name in _MEASURES
        if name in result.figures
    ]
    return Table(("Measure", "Value", "95 % interval"), rows)


def confusions(result: DatasetEvaluation, most: int) -> Table:
    """Pairs of classes, the most frequent first."""
    names = [readable(name, result.classes) for name in result.classes]
    rows = [(names[p.actual], names[p.predicted], f"{p.count:,} of {p.of:,} rows") for p in result.confusions()[:most]]
    return Table(("Label", "Taken for", "How often"), rows)


def errors(found: Findings, texts: Mapping[int, str], most: int) -> Table:
    """Labels that are likely wrong, the likeliest first."""
    result, errors = found.result, found.errors
    rows = [
        (
            f"{int(result.rows[place]) + 1:,}",
            texts[int(place)][:SIGNS],
            readable(errors.classes[int(errors.label[i])], errors.classes),
            readable(errors.classes[int(errors.suggested[i])], errors.classes),
        )
        for i, place in enumerate(errors.places[:most])
    ]
    return Table(("Row", "Text", "Label", "Reads like"), rows)
