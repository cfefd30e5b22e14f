"""What a classifier says of a text."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Selection:
    """A candidate with one of its adapters (None: the base model with its own head, if it has one).

    `untrained_head` is the wish to be answered also where the head is untrained: without it such a pair is refused.
    Two selections that differ in it alone are the same pair.
    """

    candidate: str
    adapter: str | None = None
    untrained_head: bool = field(default=False, compare=False)

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
            for a regression the first output's name.
        labels, logits, probabilities: one a class, in the model's order. Softmax for single label, sigmoid
            for multi label; for a regression `probabilities` holds NaN.
        tokens: what the model read, special tokens included.
        pooling_weights: one a token, summing to 1; None where the pooler has none.
        kept_characters: the model read `text[:kept_characters]`.
        total_tokens: tokens of the whole text, so `len(tokens)` of `total_tokens` were read.
        untrained_head: weights of pooler or head have random start values, and so the verdict is random.
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
    untrained_head: bool = False

    @property
    def truncated(self) -> bool:
        """Whether the model saw only the beginning of the text."""
        return len(self.tokens) < self.total_tokens

    @cached_property
    def ranked(self) -> tuple[ClassScore, ...]:
        """Classes by falling logit; equal logits keep the model's order."""
        rows = map(ClassScore, self.labels, self.logits, self.probabilities)
        return tuple(sorted(rows, key=lambda row: -row.logit))

    @property
    def top(self) -> ClassScore:
        """The class with the largest logit."""
        return self.ranked[0]

    @property
    def margin(self) -> float:
        """Probability of the first class less that of the second; 1 when there is only one class."""
        if len(self.ranked) < 2:
            return 1.0
        return self.ranked[0].probability - self.ranked[1].probability

    @property
    def entropy(self) -> float:
        """Entropy of the class probabilities in bits, 0 (sure) to log2(K); single label only."""
        return -sum(p * math.log2(p) for p in self.probabilities if p > 0)
