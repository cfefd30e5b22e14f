"""Two models on the same rows of a dataset: which is better, how far they agree, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.results.dataset_evaluation import NO_CLASS
from core.results.figure import Figure


@dataclass(frozen=True)
class CommonClasses:
    """How many classes two models have in common by name, of how many each."""

    common: int
    first: int
    second: int


@dataclass(frozen=True)
class MeasureDifference:
    """A measure of both models over the compared rows.

    Attributes:
        name: accuracy, macro_f1, log_loss or brier.
        difference: the first's less the second's, with its 95 % interval (paired bootstrap).
        p: two-sided; McNemar's exact test of accuracy, random swaps of the two answers of each row for the others.
        adjusted: the same after Holm, over all measures.
    """

    name: str
    first: float
    second: float
    difference: Figure
    p: float
    adjusted: float


@dataclass(frozen=True)
class ClassDifference:
    """Rows of one label: `count`, and how many of them each model is right on.

    Attributes:
        low, high: 95 % interval of the difference of the two shares (Agresti and Min), of this class alone.
        divergence: mean KL divergence of the second's probabilities from the first's, in nats; None where not known.
    """

    name: str
    count: int
    first: int
    second: int
    low: float
    high: float
    divergence: float | None

    @property
    def difference(self) -> float:
        """Share that the first is right on, less the second's."""
        return (self.first - self.second) / self.count


@dataclass(frozen=True)
class ConfusionDifference:
    """Rows of one label (`of` in all) that are given another class: by the first model, and by the second."""

    label: str
    verdict: str
    of: int
    first: int
    second: int


@dataclass(frozen=True)
class TwoModels:
    """Two models on N rows that both answered; M of them have a label that is a class of both, and are compared.

    Attributes:
        classes: the first's, then those that the second alone has; numbers below count in it.
        common: of the two models' classes.
        measures: differences of accuracy, macro_f1, log_loss and brier.
        both, first_only, second_only, neither: compared rows by who is right.
        alike, answered: rows with the same verdict, of those with two, labelled or not.
        kappa: Cohen's, of the same rows; None where it is not defined.
        divergence: mean KL divergence of the second's probabilities from the first's, in nats, over the common classes,
            whose probabilities are scaled to sum to 1; `back` the other way round; `distance` the mean Jensen-Shannon
            divergence. None where fewer than two classes are common, or no row has two verdicts.
        per_class: classes with compared rows, those that differ most clearly first.
        confusions: pairs of classes that one model confuses more often than the other, the most different first.
        actual: (N,) the label's class; `NO_CLASS` of rows that are not compared.
        first, second: (N,) the verdicts; `NO_CLASS` where a logit is not finite.
        first_probability, second_probability: (N,) of the label's class; NaN without one.
        distances: (N,) Jensen-Shannon divergences; NaN where not known.
    """

    classes: tuple[str, ...]
    common: CommonClasses
    measures: tuple[MeasureDifference, ...]
    both: int
    first_only: int
    second_only: int
    neither: int
    alike: int
    answered: int
    kappa: float | None
    divergence: float | None
    back: float | None
    distance: float | None
    per_class: tuple[ClassDifference, ...]
    confusions: tuple[ConfusionDifference, ...]
    actual: NDArray[np.int64] = field(repr=False)
    first: NDArray[np.int64] = field(repr=False)
    second: NDArray[np.int64] = field(repr=False)
    first_probability: NDArray[np.float32] = field(repr=False)
    second_probability: NDArray[np.float32] = field(repr=False)
    distances: NDArray[np.float32] = field(repr=False)

    @property
    def compared(self) -> int:
        """M: rows whose label is a class of both."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N,) the compared rows."""
        return np.asarray(self.actual != NO_CLASS)
