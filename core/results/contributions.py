"""What each input token adds to one output, and what deleting words did. Arrays are read only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from core.results.arrays import Floats
from core.results.text_units import By, Unit

Target = Literal["log-odds", "logit", "lead"]
TARGETS: tuple[Target, ...] = get_args(Target)
#: What is split in the end: a regression has outputs in their place.
Quantity = Literal["log-odds", "logit", "lead", "output"]


@dataclass(frozen=True)
class ContributionOptions:
    """What is split over the tokens.

    Attributes:
        label: the class.
        target: its log-odds, its logit, or its lead in logits over the class `against`. A regression has its output
            in the place of the first two.
        by: what is occluded as one where the path cannot be held.
        apart: whether the base's part is told from the adapter's, which takes as long again.
    """

    label: str
    target: Target = "log-odds"
    against: str = ""
    by: By = "words"
    apart: bool = False


@dataclass(frozen=True, eq=False)
class Contributions:
    """One number a token, through the whole network.

    Along the frozen path they are shares: tokens, bias and the other classes together sum to the model's own value.
    Where the path cannot be held they are falls by occlusion, which sum to nothing in particular.

    Attributes:
        values: (T,). Falls stand at the first token of what was occluded as one, 0 at the others.
        bias: the share of the model's constants; 0 for falls.
        others: of log-odds minus the entropy of the other classes, in nats: log(p / (1 - p)) is the logit of the class
            less the mean logit of the others, weighed by their probabilities, less that entropy; 0 of all else.
        value: what is split, by the model itself.
        method: "frozen path" or "occlusion".
        drift: how far holding the path moved the logits at most; None where it could not be run.
        why_not: why occlusion answers; empty where the path does.
        base: (T,), of each share what passes through the base's weights alone; with `base_bias` of the constants'. The
            rest passes through the adapter's updates. None where
            these are not simply added, without an adapter, and where it was not asked for.
        dtype: what was computed in.
    """

    options: ContributionOptions
    quantity: Quantity
    values: Floats
    bias: float
    others: float
    value: float
    method: Literal["frozen path", "occlusion"]
    drift: float | None
    why_not: str
    dtype: str
    base: Floats | None = None
    base_bias: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether the values are shares that sum to the model's own."""
        return self.method == "frozen path"

    @property
    def total(self) -> float:
        """What tokens, bias and the other classes sum to."""
        return float(self.values.sum()) + self.bias + self.others

    @property
    def gap(self) -> float:
        """The model's own value less the sum: rounding, for shares."""
        return self.value - self.total

    @property
    def adapter(self) -> Floats | None:
        """(T,), of each share what passes through the adapter's updates."""
        return None if self.base is None else np.asarray(self.values - self.base)


@dataclass(frozen=True)
class Deletion:
    """One word deleted, its tokens taken out of what the model reads.

    Attributes:
        place: of the word among the units of the text.
        share: its contribution.
        score: the class's probability without it; of a regression the output.
        label: the verdict without it.
        number: of the word in the text (see `unit_numbers`), where the same characters stand elsewhere, too, and were
            left there; else None.
    """

    place: int
    unit: Unit
    share: float
    score: float
    label: str
    number: int | None = None


@dataclass(frozen=True)
class Deletions:
    """The words with the largest contributions, deleted one at a time.

    Attributes:
        score: of the whole text, as in each deletion; `verdict` is what it says.
        deletions: largest contribution first; none in a text of special tokens alone.
    """

    options: ContributionOptions
    score: float
    verdict: str
    is_probability: bool
    deletions: tuple[Deletion, ...]

    @property
    def strongest(self) -> Deletion | None:
        """The one after which the score is lowest; None where none lowers it."""
        lower = [deletion for deletion in self.deletions if deletion.score < self.score]
        return min(lower, key=lambda deletion: deletion.score, default=None)
