"""What to do next with a dataset and a model, in sentences: what was found, weightiest first, and where it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from core.results.data_checks import DataChecks
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.label_errors import LabelErrorReport
from core.results.slices import SliceReport
from core.words import slices
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percentage, three_digits

#: A calibration error above this, on so many rows or more, is worth a calibration.
CALIBRATION_ERROR, ROWS = 0.03, 200
#: Of a class so many rows are too few to say anything.
FEW = 5
#: A pair of classes is worth a look when it takes so many rows.
CONFUSED = 3


@dataclass(frozen=True)
class Step:
    """A sentence, the page that shows what it is about, by its name, and which of its folded parts."""

    said: str
    page: str
    part: str = ""


def steps(result: DatasetEvaluation, labels: LabelErrorReport, checks: DataChecks, weak: SliceReport) -> list[Step]:
    """What to do, in the order in which to do it: first the data, then the model, then what it says of itself."""
    found = (
        Step(_unfit(result), "evaluation"),
        Step(_labels(labels), "label_errors"),
        Step(_conflicts(checks), "slices", "data"),
        Step(_duplicates(checks), "slices", "data"),
        Step(_confused(result), "classes"),
        Step(_weak(weak, result), "slices"),
        Step(_few(checks, result), "classes"),
        Step(_calibration(result), "calibration"),
    )
    return [step for step in found if step.said]


def _unfit(result: DatasetEvaluation) -> str:
    answered = len(result.rows)
    if 2 * result.measured >= answered:
        return ""
    return (
        f"Check that the file fits this model: only {result.measured:,} of {count(answered, 'row')} have a label of "
        f"its classes, and all else is about those."
    )


def _labels(report: LabelErrorReport) -> str:
    found = len(report.places)
    if not found:
        return ""
    return (
        f"Check {count(found, 'label')} that {'is' if found == 1 else 'are'} likely wrong, before any figure is "
        f"believed: relabel or remove."
    )


def _conflicts(checks: DataChecks) -> str:
    if not checks.conflict_pairs:
        return ""
    return f"Decide on {count(checks.conflict_pairs, 'pair')} of texts that are alike and have different labels."


def _duplicates(checks: DataChecks) -> str:
    same = f"{count(checks.exact_groups, 'text')} word for word" if checks.exact_groups else ""
    near = f"{count(checks.near_pairs, 'pair')} of texts nearly the same" if checks.near_pairs else ""
    found = " and ".join(said for said in (same, near) if said)
    return f"Remove what stands twice: {found}." if found else ""


def _confused(result: DatasetEvaluation) -> str:
    pair = next(iter(result.confusions()), None)
    if pair is None or pair.count < CONFUSED:
        return ""
    label, verdict = (readable(result.classes[k], result.classes) for k in (pair.actual, pair.predicted))
    return (
        f"'{label}' is taken for '{verdict}' in {pair.count:,} of {count(pair.of, 'row')}: read them, then write more "
        f"texts that tell the two apart, or merge the classes."
    )


def _weak(report: SliceReport, result: DatasetEvaluation) -> str:
    if not report.weak:
        return ""
    first = report.slices[0]
    return (
        f"Bring more training texts of a weak slice: {slices.name(first, result.classes)}, right on "
        f"{percentage(first.accuracy)} of {count(first.count, 'row')}."
    )


def _few(checks: DataChecks, result: DatasetEvaluation) -> str:
    lacking = len(checks.few) + checks.without
    if not lacking:
        return ""
    none = f" ({checks.without:,} of them none)" if checks.without else ""
    return (
        f"Bring rows: {lacking:,} of {count(len(result.classes), 'class', 'classes')} "
        f"{'has' if lacking == 1 else 'have'} fewer than {FEW}{none}, so little is known of them."
    )


def _calibration(result: DatasetEvaluation) -> str:
    error = result.figures.get("calibration_error")
    if error is None or result.calibration is not None or error.value < CALIBRATION_ERROR or result.measured < ROWS:
        return ""
    off = three_digits(100 * error.value)
    return (
        f"See whether a calibration helps: probabilities differ from how often they are right by {off} points on "
        f"average."
    )
