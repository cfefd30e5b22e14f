"""How well a classifier does on labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.results.labelled_texts import LabelledTexts
from core.results.verdict import Prediction, Selection


@dataclass(frozen=True)
class Evaluation:
    """Quality on labelled texts; what a problem does not have is None.

    Attributes:
        accuracy: share of texts whose verdict is right; with several labels, whose whole set is.
        macro_f1: mean of F1 over the classes that occur or are predicted.
        calibration_error: expected calibration error over 15 equal-width bins; None where a probability is NaN.
        mean_squared_error, mean_absolute_error, r2: of a regression; r2 is None where no target varies.
        seconds: classifying took, without loading.
        not_finite: texts of `count` whose logits are NaN or infinite: they have no verdict, and count as wrong ones.
        untrained_head: the head has random start values, and so the verdicts that were measured are random.
    """

    problem_type: str
    count: int
    seconds: float
    accuracy: float | None = None
    macro_f1: float | None = None
    calibration_error: float | None = None
    mean_squared_error: float | None = None
    mean_absolute_error: float | None = None
    r2: float | None = None
    not_finite: int = 0
    untrained_head: bool = False
    predictions: Sequence[Prediction] = field(repr=False, default=())


@dataclass(frozen=True)
class FurtherAnalyses:
    """What besides its figures is asked of an evaluation; each takes the time of an evaluation or of several.

    Attributes:
        robustness: whether harmless changes of the texts change the answers.
        against: another pair, to be compared on the same texts.
        training: the labelled texts that the pair was trained on.
    """

    robustness: bool = False
    against: Selection | None = None
    training: LabelledTexts | None = None

    @property
    def any(self) -> bool:
        """Whether anything is asked for."""
        return self.robustness or self.against is not None or self.training is not None


@dataclass(frozen=True)
class FurtherReport:
    """What came of `FurtherAnalyses`, as JSON text of an object: `robustness`, `comparison`, `training`."""

    text: str
