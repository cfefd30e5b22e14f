"""What holding a base in few bits did to one text."""

from __future__ import annotations

from dataclasses import dataclass

from core.results.verdict import Prediction


@dataclass(frozen=True)
class QuantisationEffect:
    """The same text by the quantised base and by its whole weights, both with the same adapter.

    Attributes:
        quantisation: name of the codes (`nf4`).
        dtype: of the whole weights.
    """

    quantisation: str
    dtype: str
    quantised: Prediction
    whole: Prediction

    @property
    def differences(self) -> tuple[float, ...]:
        """Quantised less whole, a logit a class, in the model's order."""
        return tuple(q - w for q, w in zip(self.quantised.logits, self.whole.logits, strict=True))

    @property
    def largest(self) -> float:
        """The largest difference of a logit, without its sign."""
        return max(abs(d) for d in self.differences)

    @property
    def same_verdict(self) -> bool:
        """Whether both say the same; of a regression, whose verdict is its output's name, always."""
        return self.quantised.label == self.whole.label
