"""How far a classifier's probabilities can be believed, and what makes them believable."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.results.figure import Figure


@dataclass(frozen=True, eq=False)
class ReliabilityBins:
    """B bins of texts by confidence, lowest first.

    Attributes:
        edges: (B + 1,), rising: bin b holds edges[b] < confidence <= edges[b + 1], the first its lower edge too.
        mean_confidence: (B,), NaN of an empty bin.
        share_correct: (B,), NaN of an empty bin.
        count: (B,), texts.
    """

    edges: NDArray[np.float64]
    mean_confidence: NDArray[np.float64]
    share_correct: NDArray[np.float64]
    count: NDArray[np.int64]


@dataclass(frozen=True)
class CalibrationFigures:
    """One way to state probabilities, measured on the held-out rows.

    Attributes:
        confidence: mean probability of the verdict.
        equal_width, equal_mass: expected calibration error of the verdict's probability, 15 bins, 0 to 1.
        classwise: mean calibration error of every class's probability; None for a way that states the verdict's alone.
        log_loss, brier: means over the rows, of all classes; None likewise.
        bins: of equal width.
    """

    confidence: float
    equal_width: float
    equal_mass: float
    classwise: float | None
    log_loss: Figure | None
    brier: Figure | None
    bins: ReliabilityBins = field(repr=False)


@dataclass(frozen=True)
class SetFigures:
    """Sets of classes by one method, measured on the held-out rows.

    Attributes:
        coverage: share of rows whose set holds their class.
        worst_class: the lowest coverage of a class, and which; None where fewer than half of the classes with held-out
            rows have `FEWEST_OF_A_CLASS` of them.
        size: classes in a set, on average.
        single, empty: share of sets of one class, and of none.
        unbounded: classes with too few fitted rows for the promise: every set holds them. All, where the method
            promises nothing to single classes and the rows are too few.
    """

    coverage: Figure
    worst_class: tuple[float, int] | None
    size: float
    single: float
    empty: float
    unbounded: int


#: A class with fewer held-out rows is not the worst covered one: its share says little.
FEWEST_OF_A_CLASS = 5
#: Ways to state probabilities, by name.
STATED, TEMPERATURE, VENN_ABERS = "stated", "temperature", "venn_abers"
#: Ways to make sets, by name.
MARGINAL, CLASS_CONDITIONAL, RANK_CALIBRATED = "marginal", "class_conditional", "rank_calibrated"


@dataclass(frozen=True)
class SurenessFigures:
    """Thresholds of probability for "sure" and "between two", chosen on the fitted rows.

    Attributes:
        sure, two: None where no threshold keeps the promise on the fitted rows.
        sure_rows, sure_right: held-out rows that are sure, and of those that are right.
        two_rows, two_right: those between two, and of those that are one of the two.
    """

    sure: float | None
    two: float | None
    sure_rows: int
    sure_right: int
    two_rows: int
    two_right: int


@dataclass(frozen=True)
class CalibrationOptions:
    """What is promised.

    Attributes:
        coverage: share of texts whose set is to hold their class, inside (0, 1).
        right: share of sure verdicts that are to be right.
    """

    coverage: float = 0.95
    right: float = 0.97


@dataclass(frozen=True)
class CalibrationReport:
    """Fitted on one half of the labelled rows of a dataset, measured on the other.

    Attributes:
        rows: labelled rows with a verdict; `used` of them were looked at, drawn evenly where they are very many.
        fitted, held: rows of the two halves.
        accuracy: on the held-out rows.
        temperature: fitted on one half, by which the figures are made; `temperature_of_all` on both.
        ways: by name (`STATED`, `TEMPERATURE`, `VENN_ABERS`), the same held-out rows.
        sureness: with calibrated probabilities.
        coverage, risk: (M,) share of held-out verdicts kept, the surest first, and share of errors among them.
        area: under that curve.
        sets: by name (`MARGINAL`, ...).
        set_threshold: of marginal sets, fitted on all rows: a set holds the classes with 1 - p up to it, where p is
            stated without a temperature; None where the rows are too few for the promise.
        outside: rows whose label no class of the model has; `detection` says by which score (AUROC) they are told
            from the others, where there are any.
    """

    options: CalibrationOptions
    rows: int
    used: int
    fitted: int
    held: int
    accuracy: Figure
    temperature: float
    temperature_of_all: float
    ways: dict[str, CalibrationFigures]
    sureness: SurenessFigures
    coverage: NDArray[np.float64] = field(repr=False)
    risk: NDArray[np.float64] = field(repr=False)
    area: float
    sets: dict[str, SetFigures]
    set_threshold: float | None
    outside: int
    detection: dict[str, float]
    classes: tuple[str, ...] = field(repr=False)
