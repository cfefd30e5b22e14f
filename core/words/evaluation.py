"""The measures of an evaluation by the names that people use for them, and what they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.results import Evaluation
from core.results.dataset_evaluation import NO_CLASS, DatasetEvaluation, Outcomes
from core.results.figure import Figure
from core.results.stated_results import StatedResult
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percent, percentage, three_digits

#: By the field of the result.
MEASURES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "calibration_error": "Expected calibration error (15 bins)",
    "loss": "Loss",
    "mean_squared_error": "Mean squared error",
    "mean_absolute_error": "Mean absolute error",
    "r2": "R²",
    "balanced_accuracy": "Balanced accuracy",
    "weighted_f1": "Weighted F1",
    "top_3": "Right class in the first 3",
    "log_loss": "Log loss",
    "brier": "Brier score (0 to 2)",
    "sure_and_wrong": "Sure and wrong",
}
#: Measures between 0 and 1 that are said in percent.
SHARES = (
    *("accuracy", "balanced_accuracy", "top_3", "sure_and_wrong", "hamming_loss"),
    *("macro_f1", "weighted_f1", "micro_f1"),
)
#: Beside the figures of a dataset.
LABELS_AS_THEY_ARE = "Every label counts as right here. Label errors says which are likely not."
#: With several labels a text counts as right only with all of them.
SUBSET = "Subset accuracy (every label of a text right)"


def measure_name(field: str, problem_type: str) -> str:
    """What a measure is called for this kind of answers."""
    return SUBSET if (field, problem_type) == ("accuracy", "multi_label_classification") else MEASURES[field]


def measured(field: str, value: float | None) -> str:
    """A measure with its unit: a share in percent, an error of probabilities in points; a dash where it is none."""
    if value is None or value != value:
        return "–"
    match field:
        case _ if field in SHARES:
            return percentage(value)
        case "calibration_error":
            return f"{three_digits(100 * value)} points"
        case _:
            return three_digits(value)


def without_verdict(result: Evaluation) -> str:
    """A sentence on the texts that have no verdict, and how they are counted; empty where every text has one."""
    if not result.not_finite:
        return ""
    counted = "no error is stated" if result.problem_type == "regression" else "they count as wrong"
    return (
        f"{result.not_finite:,} of {result.count:,} texts have logits that are not finite (NaN or infinite), "
        f"so no verdict: {counted}."
    )


def headline(result: DatasetEvaluation) -> str:
    """How good it is on a dataset in one or two sentences, with what is most often wrong."""
    if not result.figures:
        return f"{count(len(result.rows), 'row')} answered. None has a label of this model's, so nothing is measured."
    accuracy, sure = result.figures["accuracy"], result.figures["sure_and_wrong"]
    said = f"Right on {percentage(accuracy.value)} of {count(result.measured, 'row')}{_between(accuracy, 'accuracy')}."
    pairs = result.confusions()
    if pairs:
        first = pairs[0]
        actual, taken = (readable(result.classes[i], result.classes) for i in (first.actual, first.predicted))
        ties = sum(pair.count == first.count for pair in pairs) - 1
        also = f", as often as {count(ties, 'other pair')}" if ties else ""
        said += (
            f" Most often wrong: '{actual}' taken for '{taken}' ({first.count:,} of {count(first.of, 'row')}{also})."
        )
    return f"{said} Sure ({percentage(result.sure)} or more) and wrong: {percentage(sure.value)} of these rows."


def beside_card(result: DatasetEvaluation, card: Sequence[StatedResult]) -> str:
    """What the model's card says, where that lies outside of this file's interval; empty where it does not."""
    stated = card[0].measures.get("accuracy") if card else None
    here = result.figures.get("accuracy")
    if stated is None or here is None or here.low is None or here.high is None or here.low <= stated <= here.high:
        return ""
    texts = f" of {card[0].rows:,} {f'{card[0].split} ' if card[0].split else ''}texts" if card[0].rows else ""
    named = f" of {card[0].dataset}" if card[0].dataset else ""
    differ = "be harder, or more of their labels wrong" if here.value < stated else "be easier, or known from training"
    return f"Its model card says {percentage(stated)}{texts}{named}: other rows. Those of this file may {differ}."


def counted(result: DatasetEvaluation) -> str:
    """What a report says below its sentence: whose word the labels are, and what is in no figure."""
    return f"Every label counts as right, also one that is wrong. {not_measured(result)}".strip()


def not_measured(result: DatasetEvaluation) -> str:
    """What of the file is in no figure, and why; empty where all of it is."""
    unknown, silent = len(result.rows) - result.measured, int((result.predicted == NO_CLASS).sum())
    parts = [
        f"{count(unknown, 'row')} without a label of this model's: answered, and in no figure." if unknown else "",
        f"{count(result.not_answered, 'row')} without a text, or with one too long: not answered."
        if result.not_answered
        else "",
        f"{count(silent, 'row')} without a verdict (logits that are not finite): they count as wrong."
        if silent
        else "",
    ]
    return " ".join(part for part in parts if part)


def figure(name: str, found: Figure) -> tuple[str, str]:
    """A figure and its interval: ("91.6 %", "90.6 to 92.5 %")."""
    return measured(name, found.value), interval(name, found)


def figures(names: Mapping[str, str], found: Mapping[str, Figure]) -> list[tuple[str, str, str]]:
    """Of the figures that are there, in the order of their names: name, value, and interval, empty where none is."""
    return [(said, *figure(name, found[name])) for name, said in names.items() if name in found]


def _between(found: Figure, name: str) -> str:
    ends = interval(name, found)
    return f" (95\u00a0% interval {ends})" if ends else ""


def interval(name: str, found: Figure) -> str:
    """The ends of a figure's interval: "90.6 to 92.5 %"; empty where none is stated."""
    if found.low is None or found.high is None:
        return ""
    if name in SHARES:
        return f"{percent(found.low)} to {percentage(found.high)}"
    return f"{three_digits(found.low)} to {three_digits(found.high)}"


#: The four outcomes of a row where verdicts below a probability are rejected, as they stand side by side.
OUTCOMES = {
    "right_kept": "Right and kept",
    "right_rejected": "Right and rejected",
    "wrong_rejected": "Wrong and rejected",
    "wrong_kept": "Wrong and kept",
}


def rejecting(found: Outcomes, threshold: float) -> str:
    """What a threshold does: how many verdicts are left, and how many of those are right."""
    kept, rejected = found.right_kept + found.wrong_kept, found.right_rejected + found.wrong_rejected
    if not kept:
        return f"At {percentage(threshold)} every verdict is rejected."
    if not rejected:
        return f"Every verdict is kept, and {percentage(found.right_kept / kept)} of them are right."
    return (
        f"Verdicts below {percentage(threshold)} are rejected: {percentage(kept / (kept + rejected))} are kept, and "
        f"{percentage(found.right_kept / kept)} of those are right; "
        f"{percentage(found.wrong_rejected / rejected)} of the rejected ones are wrong."
    )
