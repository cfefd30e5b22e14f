"""What a classifier says of a text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

#: What stands where a class would, for logits that are NaN or infinite: these name none.
NOT_FINITE = "not finite"


@dataclass(frozen=True)
class Selection:
    """A candidate with one of its adapters (None: the base model with its own head, if it has one)."""

    candidate: str
    adapter: str | None = None

    def __str__(self) -> str:
        return f"{self.candidate} + {self.adapter}" if self.adapter else self.candidate


@dataclass(frozen=True)
class Token:
    """A token as the characters of the original text that it covers: `text == original[start:end]`.

    Special tokens (BOS, CLS) cover nothing: `start == end`, and `text` is their name.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class ClassScore:
    """One class of a prediction."""

    label: str
    logit: float
    probability: float


@dataclass(frozen=True)
class Prediction:
    """What a classifier says of one text.

    Attributes:
        label: the verdict; for several labels those with p >= 0.5 joined by ", " ("none" when there is none);
            for a regression the first output's name. `NOT_FINITE` where a logit is NaN or infinite.
        labels, logits, probabilities: one a class, in the model's order. Softmax for single label, sigmoid
            for multi label; for a regression, and where a logit is not finite, `probabilities` holds NaN.
        tokens: what the model read, special tokens included.
        pooling_weights: one a token, summing to 1; None where the pooler has none.
        kept_characters: the model read `text[:kept_characters]`.
        total_tokens: tokens of the whole text, so `len(tokens)` of `total_tokens` were read.
    """

    text: str
    label: str
    problem_type: str
    labels: tuple[str, ...]
    logits: tuple[float, ...]
    probabilities: tuple[float, ...]
    tokens: tuple[Token, ...]
    pooling_weights: tuple[float, ...] | None
    kept_characters: int
    total_tokens: int

    @cached_property
    def finite(self) -> bool:
        """Whether every logit is a finite number. Where one is not there is no verdict, no order, no margin."""
        return all(map(math.isfinite, self.logits))

    @property
    def truncated(self) -> bool:
        """Whether the model saw only the beginning of the text."""
        return len(self.tokens) < self.total_tokens

    @cached_property
    def ranked(self) -> tuple[ClassScore, ...]:
        """Classes by falling logit; equal logits keep the model's order, and so do all where one is not finite."""
        rows = tuple(map(ClassScore, self.labels, self.logits, self.probabilities))
        return tuple(sorted(rows, key=lambda row: -row.logit)) if self.finite else rows

    @property
    def top(self) -> ClassScore:
        """The class with the largest logit."""
        return self.ranked[0]

    @property
    def margin(self) -> float:
        """Probability of the first class less that of the second; 1 when there is only one class, NaN if not finite."""
        if not self.finite:
            return math.nan
        if len(self.ranked) < 2:
            return 1.0
        return self.ranked[0].probability - self.ranked[1].probability

    @property
    def entropy(self) -> float:
        """Entropy of the class probabilities in bits, 0 (sure) to log2(K); single label only, NaN if not finite."""
        if not self.finite:
            return math.nan
        return -sum(p * math.log2(p) for p in self.probabilities if p > 0)
