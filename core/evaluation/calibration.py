"""Whether stated probabilities hold: fitted on one half of a dataset's labelled rows, measured on the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.evaluation.labelled_half import LabelledHalf
from core.evaluation.set_figures import set_figures
from core.evaluation.sureness_figures import sureness_figures
from core.evaluation.with_intervals import mean, share
from core.metrics import conformal, reliability, selective
from core.metrics.classification import Classes
from core.metrics.detection import auroc, in_scope_scores
from core.metrics.probabilities import Floats, Indicators, softmax
from core.metrics.proper_scores import brier_rows, log_loss_rows
from core.metrics.temperature import fit_temperature
from core.metrics.venn_abers import fit_venn_abers
from core.results.calibration_report import (
    STATED,
    TEMPERATURE,
    VENN_ABERS,
    CalibrationFigures,
    CalibrationOptions,
    CalibrationReport,
)

#: Rows that are looked at: of 150 classes their probabilities take 120 MB in float64.
MOST_ROWS = 100_000
#: Fewer labelled rows are refused: halves of them would say nothing.
FEWEST_ROWS = 20


def calibration_report(
    logits: NDArray[Any],
    actual: NDArray[np.int32],
    classes: tuple[str, ...],
    options: CalibrationOptions,
    outside: NDArray[Any],
    seed: int = 0,
) -> CalibrationReport:
    """Everything of a `CalibrationReport`.

    Args:
        logits: (N, K) of the rows that have a class; rows that are not finite are left out.
        actual: (N,) their classes.
        classes: the K names.
        options: what is promised.
        outside: (M, K) logits of the rows whose label is no class of the model.
        seed: the same seed makes the same halves.

    Raises:
        InputError: too few labelled rows; a share that is none.
    """
    require_promises(options)
    finite = np.flatnonzero(np.isfinite(logits).all(axis=1))
    if len(finite) < FEWEST_ROWS:
        raise InputError(
            f"{len(finite)} rows have a label of this model's and a verdict; {FEWEST_ROWS} are needed.",
            fix="bring a dataset with more labelled rows.",
        )
    order = np.random.default_rng(seed).permutation(len(finite))[:MOST_ROWS]
    chosen = finite[order]
    z, target = np.asarray(logits[np.sort(chosen)], np.float64), actual[np.sort(chosen)]
    mixed = np.argsort(np.argsort(chosen))  # rows were read in order; the halves are drawn
    half = len(chosen) // 2
    fitted, held = (LabelledHalf(z[places], target[places]) for places in (mixed[:half], mixed[half:]))
    temperature = fit_temperature(fitted.logits, fitted.target)
    coverage, risk = selective.risk_coverage(held.p.max(axis=1), held.right)
    return CalibrationReport(
        options=options,
        rows=len(finite),
        used=len(chosen),
        fitted=len(fitted.target),
        held=len(held.target),
        accuracy=share(held.right),
        temperature=temperature,
        temperature_of_all=fit_temperature(z, target),
        ways=_ways(fitted, held, temperature),
        sureness=sureness_figures(fitted, held, temperature, options.right),
        coverage=coverage,
        risk=risk,
        area=selective.area_under_risk_coverage(held.p.max(axis=1), held.right),
        sets=set_figures(fitted, held, 1 - options.coverage),
        set_threshold=_finite(conformal.lac_threshold(softmax(z), target, 1 - options.coverage)),
        outside=len(outside),
        detection=_detection(z, outside),
        classes=classes,
    )


def require_promises(options: CalibrationOptions) -> None:
    """Raises:
    InputError: a share that promises nothing, or everything.
    """
    for name, value in (("coverage", options.coverage), ("share of sure verdicts", options.right)):
        if not 0 < value < 1:
            raise InputError(f"A {name} of {value} is no promise.", fix="give a share between 0 and 1, such as 0.9.")


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _ways(fitted: LabelledHalf, held: LabelledHalf, temperature: float) -> dict[str, CalibrationFigures]:
    right, stated = held.right, held.p.max(axis=1)
    scaled = softmax(held.logits / temperature)
    steps = fit_venn_abers(fitted.p.max(axis=1), fitted.right)
    return {
        STATED: _figures(stated, right, held.p, held.target),
        TEMPERATURE: _figures(scaled.max(axis=1), right, scaled, held.target),
        VENN_ABERS: _figures(np.clip(steps.probability(stated), 0, 1), right, None, held.target),
    }


def _figures(confidence: Floats, right: Indicators, p: Floats | None, target: Classes) -> CalibrationFigures:
    bins, equal = reliability.equal_width_bins(confidence, right), reliability.equal_mass_bins(confidence, right)
    assert bins is not None  # the rows are finite, and some
    assert equal is not None
    return CalibrationFigures(
        confidence=float(confidence.mean()),
        equal_width=reliability.expected_calibration_error(bins),
        equal_mass=reliability.expected_calibration_error(equal),
        classwise=None if p is None else reliability.classwise_calibration_error(p, target),
        log_loss=None if p is None else mean(log_loss_rows(p, target)),
        brier=None if p is None else mean(brier_rows(p, target)),
        bins=bins,
    )


def _detection(inside: Floats, outside: NDArray[Any]) -> dict[str, float]:
    """AUROC by score; nothing where no row is outside."""
    z = np.asarray(outside, np.float64)
    z = z[np.isfinite(z).all(axis=1)]
    if not len(z):
        return {}
    scores, strange = in_scope_scores(inside), in_scope_scores(z)
    return {name: auroc(scores[name], strange[name]) for name in scores}
