"""Attributions of one logit to the words or tokens of a text, and how faithful they are to the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from core.results.arrays import Floats
from core.results.contributions import Target
from core.results.text_units import By, Unit

Baseline = Literal["padding", "zero", "mean"]
BASELINES: tuple[Baseline, ...] = get_args(Baseline)
Method = Literal["contributions", "position parts", "gradient x input", "integrated gradients", "occlusion"]
METHODS: tuple[Method, ...] = get_args(Method)
#: Shares of the words that are taken away, or kept alone, to measure faithfulness.
FRACTIONS = (0.1, 0.2, 0.3, 0.5)
#: Scores that differ by less are not told apart.
ALIKE = 0.005


@dataclass(frozen=True)
class AttributionOptions:
    """What is attributed, and how.

    Attributes:
        label: the class whose logit is attributed.
        by: what gets a number each, and is occluded and taken away as one.
        steps: points on the way from the baseline to the text, for integrated gradients.
        baseline: the embedding that stands for "no word": of the padding token, all zeros, or the vocabulary's mean.
        target: what contributions are of; all other methods speak of the logit.
        methods: those that are computed, in the order of `METHODS`.
        faithful: whether it is measured how faithful each method is, which takes most of the time.
    """

    label: str
    by: By = "words"
    steps: int = 50
    baseline: Baseline = "padding"
    target: Target = "logit"
    methods: tuple[Method, ...] = METHODS
    faithful: bool = True


@dataclass(frozen=True)
class AttributionCost:
    """What computing all methods takes, known before.

    Attributes:
        passes: rows through the model by kind: one forward pass each, "gradients" one forward and one backward.
        measured: seconds that one batch of `rows` rows took, forward only.
        seconds: the estimate for everything, a gradient counted as three forward passes.
        memory: bytes besides the model; 0 where no gradient is asked for.
    """

    passes: dict[str, int]
    rows: int
    measured: float
    seconds: float
    memory: int = 0


@dataclass(frozen=True, eq=False)
class Attribution:
    """One method's answer.

    Attributes:
        values: (U,), one a unit; special tokens stand for themselves.
        owed: what the values must sum to, where the method promises it: for contributions their target less the share
            of constants and other classes, for position parts the logit, for integrated gradients the logit less that
            of the baseline; None where nothing is promised.
        seconds: it took.
    """

    method: Method
    values: Floats
    owed: float | None
    seconds: float

    @property
    def total(self) -> float:
        """What the values sum to."""
        return float(self.values.sum())

    @property
    def error(self) -> float | None:
        """How far the sum is from what was promised: the completeness error."""
        return None if self.owed is None else abs(self.total - self.owed)


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """What happens to the score when the first units of an order are taken away, or are all that is left.

    Attributes:
        whole: the score of the whole text: the class's probability; of a regression the output itself.
        removed: (F,), without the first ceil(fraction x n) units, for each of `FRACTIONS`.
        kept: (F,), with these units alone.
    """

    name: str
    whole: float
    removed: Floats
    kept: Floats

    @property
    def comprehensiveness(self) -> float:
        """How far the score falls without the first units, mean over the fractions: larger is better."""
        return float(np.mean(self.whole - self.removed))

    @property
    def sufficiency(self) -> float:
        """How far the score falls with the first units alone, mean over the fractions: smaller is better."""
        return float(np.mean(self.whole - self.kept))


@dataclass(frozen=True, eq=False)
class Attributions:
    """All methods for one class of one text, each with its faithfulness.

    Attributes:
        units: what `values` of each method belong to, in the order of the text.
        faithfulness: one a method, in the same order; none where it was not asked for.
        shuffles: the same for random orders, from fixed seeds.
        score: "probability" or "output" (of a regression).
        exact: whether the position parts are exact (a linear head).
        dtype: what was computed in; `widened` when the loaded weights have fewer digits than that.
        logit: of the class, in that dtype.
    """

    options: AttributionOptions
    units: tuple[Unit, ...]
    methods: tuple[Attribution, ...]
    faithfulness: tuple[Faithfulness, ...]
    shuffles: tuple[Faithfulness, ...]
    score: str
    exact: bool
    dtype: str
    widened: bool
    logit: float

    def chance(self, measure: Literal["comprehensiveness", "sufficiency"]) -> tuple[float, float]:
        """Mean and standard deviation of a measure over the random orders."""
        values = [getattr(shuffle, measure) for shuffle in self.shuffles]
        return float(np.mean(values)), float(np.std(values))

    def best(self, measure: Literal["comprehensiveness", "sufficiency"]) -> tuple[Method, ...]:
        """The methods that do best by a measure, several when they are alike; none when no order beats chance.

        To beat chance is to be better than the mean of the random orders by more than their standard deviation.
        Alike is what differs by less than half a point of probability, or half a percent of a regression's output.
        """
        sign = 1.0 if measure == "comprehensiveness" else -1.0
        scores = [sign * float(getattr(result, measure)) for result in self.faithfulness]
        mean, spread = self.chance(measure)
        most, alike = max(scores), ALIKE * (1.0 if self.score == "probability" else abs(self.faithfulness[0].whole))
        if most <= sign * mean + max(spread, alike):
            return ()
        return tuple(m.method for m, score in zip(self.methods, scores, strict=True) if most - score <= alike)
