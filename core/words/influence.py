"""One answer beside training rows, in words: the nearest ones, and those that a refitted head owes it to."""

from __future__ import annotations

from core.results.training_rows import InfluenceReport, RowInfluence
from core.words.class_names import readable
from core.words.dataset import count
from core.words.numbers import percentage, signed, three_digits

#: On the button that begins it.
REFIT = "Refit a head without the most influential rows"
#: Below the ten rows of an influence.
CAUTION = (
    "This is about a linear head refitted on the pooled vectors, not about the training of the whole adapter. Log-odds "
    "are in nats; the difference says how far the estimate can be believed."
)


def agreeing(label: str | None, verdict: str, labels: list[str], classes: tuple[str, ...]) -> str:
    """How many of the nearest training rows have the verdict's class, and how many the label's."""
    said = (
        f"{labels.count(verdict):,} of its {len(labels):,} nearest training rows are labelled "
        f"'{readable(verdict, classes)}', as it was answered"
    )
    if label is None or label == verdict:
        return f"{said}."
    return f"{said}; {labels.count(label):,} '{readable(label, classes)}', as it is labelled."


def influence(report: InfluenceReport, model: float, classes: tuple[str, ...]) -> str:
    """What the refitted head says of the row, beside the model."""
    subject, own = (readable(classes[k], classes) for k in (report.subject, report.own))
    said = (
        f"A linear head, fitted on {count(report.rows, 'training row')}, gives '{subject}' "
        f"{percentage(report.probability)} (log-odds {signed(report.log_odds)}); the model {percentage(model)}."
    )
    if own != subject:
        said += f" Its own verdict is '{own}', so it is another head than the model's here."
    if report.directions < report.width:
        said += (
            f" It reads {report.directions:,} principal directions of {report.width:,}, with "
            f"{percentage(report.kept)} of the variance."
        )
    if report.alone:
        said += (
            f" {count(report.alone, 'row')}, the only one of {'its' if report.alone == 1 else 'each'} class, left out."
        )
    return said


def apart(report: InfluenceReport) -> str:
    """How far estimates and refits are apart."""
    gaps = sorted(abs(row.estimate - row.refitted) for row in (*report.supporting, *report.opposing))
    if not gaps:
        return "No training row changes this answer."
    return (
        f"Estimate and refit differ by {three_digits(gaps[len(gaps) // 2])} in the median, by "
        f"{three_digits(gaps[-1])} at most."
    )


def influential(found: RowInfluence) -> dict[str, object]:
    """Cells of one row of an influence: changes in nats, a share of 1."""
    return {
        "Without it": "less likely" if found.refitted < 0 else "more likely",
        "Estimate": found.estimate,
        "Refitted": found.refitted,
        "Difference": found.estimate - found.refitted,
        "Probability without it": found.probability,
    }
