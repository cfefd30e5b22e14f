"""Whether stated probabilities hold, in words: how far off they are, what mends them, what may be promised."""

from __future__ import annotations

from core.results.calibration_report import (
    MARGINAL,
    STATED,
    TEMPERATURE,
    VENN_ABERS,
    CalibrationFigures,
    CalibrationReport,
    SurenessFigures,
)
from core.results.figure import Figure
from core.words.calibrated import promised
from core.words.dataset import count
from core.words.numbers import percentage, three_digits

#: Ways to state probabilities.
WAYS = {STATED: "As stated", TEMPERATURE: "With a temperature", VENN_ABERS: "Venn-Abers"}
#: Scores by which rows of no class may be told.
SCORES = {
    "probability": "Largest probability",
    "margin": "Lead over the second class",
    "entropy": "Entropy (negative)",
    "energy": "Energy (log of the sum of e^logit)",
    "logit": "Largest logit",
}
#: What stands folded on the page.
ABOUT = (
    "The labelled rows are drawn into two halves. A temperature (Guo et al. 2017), Venn-Abers (Vovk et al. 2015), sets "
    "and thresholds are fitted on one half; every figure here is of the other. What is put to use is fitted on both.",
    "Expected calibration error: rows fall into 15 bins by their probability; the error is the mean distance of "
    "probability and share of right verdicts in a bin, weighted by rows. By bins of equal width, of equal numbers of "
    "rows, and of every class's probability, averaged over classes.",
    "A temperature divides every logit: no verdict changes, and no order of classes. Venn-Abers fits steps in place of "
    "one number, to the verdict's probability alone.",
    "Sets are made by split conformal prediction (Sadinle et al. 2019; Vovk 2012; Shi et al. 2024) of probabilities as "
    "the model states them. What they promise holds for texts like these rows, on average, and for no others.",
)


def lead(report: CalibrationReport) -> str:
    """How far its probabilities are off, to which side, and what a temperature leaves of it."""
    stated, scaled = report.ways[STATED], report.ways[TEMPERATURE]
    first = (
        f"In a bin of like probabilities they are off by {_points(stated.equal_width)} on average. Over all it states "
        f"{percentage(stated.confidence)} and is right on {percentage(report.accuracy.value)} of "
        f"{count(report.held, 'row')}{_side(stated, report.accuracy)}."
    )
    done = "would leave" if helps(report) else "would not help: it leaves"
    return f"{first} A temperature of {three_digits(report.temperature)} {done} {_points(scaled.equal_width)}."


def helps(report: CalibrationReport) -> bool:
    """Whether the temperature that was fitted on one half brings the log loss of the other down."""
    stated, scaled = report.ways[STATED].log_loss, report.ways[TEMPERATURE].log_loss
    return stated is not None and scaled is not None and scaled.value < stated.value


def _side(stated: CalibrationFigures, accuracy: Figure) -> str:
    """Whether it states too much or too little, where that is more than chance."""
    if accuracy.low is None or accuracy.high is None or accuracy.low <= stated.confidence <= accuracy.high:
        return ""
    return ", so it is too sure" if stated.confidence > accuracy.high else ", so it could be surer"


def basis(report: CalibrationReport) -> str:
    """Which rows the figures are of."""
    drawn = f", drawn from {count(report.rows, 'labelled row')}" if report.used < report.rows else ""
    return (
        f"Fitted on {count(report.fitted, 'row')}, measured on {report.held:,} others{drawn}; the calibration error on "
        "Evaluate is of all rows."
    )


def figures(found: CalibrationFigures) -> dict[str, str]:
    """One row of a table: a way and its figures."""
    return {
        "Calibration error": _points(found.equal_width),
        "Bins of equal rows": _points(found.equal_mass),
        "Every class": "–" if found.classwise is None else _points(found.classwise),
        "Log loss": _interval(found.log_loss),
        "Brier score": _interval(found.brier),
        "Mean probability": percentage(found.confidence),
    }


#: What using it does.
TO_USE = (
    "Every page, report and command then states calibrated probabilities. No verdict changes. It is saved beside the "
    "adapter's weights, for everybody, until it is stopped."
)


def to_use(report: CalibrationReport) -> list[tuple[str, str, str]]:
    """What is saved: a name, a value, what is to be known of it."""
    sureness = report.sureness
    rows = [("Temperature", three_digits(report.temperature_of_all), f"fitted on all {report.used:,} rows")]
    rows.append(("Then sure", "never" if sureness.sure is None else f"from {percentage(sureness.sure)} on", ""))
    if sureness.two is not None:
        rows.append(("Then between two", f"from {percentage(sureness.two)} on", "of both together"))
    if report.set_threshold is not None:
        size = f"{three_digits(report.sets[MARGINAL].size)} classes on average"
        rows.append(("Set of classes", f"right in {promised(report.options.coverage)}", size))
    return rows


#: Where the temperature of one half does not help the other.
NO_HELP = "Not advised: a temperature fitted on one half of these rows made the other half worse. Bring more rows."


def sureness(found: SurenessFigures, right: float, held: int) -> str:
    """The thresholds that keep a promise, and what came of them on the held-out rows."""
    if found.sure is None:
        return f"No probability is high enough for {promised(right)} of the verdicts above it to be right."
    said = f"Sure from {percentage(found.sure)} on: {percentage(found.sure_rows / held)} of {held:,} rows"
    if found.sure_rows:
        said += f", and {percentage(found.sure_right / found.sure_rows)} of those are right"
    if found.two is None:
        return f"{said}. No threshold for between two keeps the promise."
    said += f". Between two from {percentage(found.two)} together: {count(found.two_rows, 'row')}"
    return f"{said}, one of the two right in {found.two_right:,}." if found.two_rows else f"{said}."


def declining(report: CalibrationReport) -> str:
    """What is gained where the least sure verdicts are left to a person."""
    if not len(report.coverage):
        return ""
    near = int(abs(report.coverage - 0.9).argmin())
    return (
        f"If the least sure {percentage(1 - report.coverage[near])} are left to a person, "
        f"{percentage(1 - report.risk[near])} of the other verdicts are right, in place of "
        f"{percentage(1 - report.risk[-1])}. Area under the curve: {three_digits(report.area)} (0 is best)."
    )


def outside(report: CalibrationReport) -> str:
    """How well rows of no class are told from the others."""
    best = max(report.detection, key=report.detection.__getitem__)
    return (
        f"{count(report.outside, 'row')} have a label that is no class of this model. The best of "
        f"{len(report.detection)} scores, {SCORES[best][:1].lower()}{SCORES[best][1:]}, is larger for a row with a "
        f"class than for one without in {percentage(report.detection[best])} of pairs (AUROC "
        f"{three_digits(report.detection[best])}; 0.5 is chance)."
    )


def _points(error: float) -> str:
    return f"{three_digits(100 * error)}\u00a0points"


def _interval(found: Figure | None) -> str:
    if found is None:
        return "–"
    if found.low is None or found.high is None:
        return three_digits(found.value)
    return f"{three_digits(found.value)} ({three_digits(found.low)} to {three_digits(found.high)})"
