"""What a classifier says of a text."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from core.results.calibration import Calibration
from core.results.sureness import DEFAULT_THRESHOLDS, Sureness, SurenessThresholds

#: Whether a text is put into the tokenizer's chat template, as what a user says, before it is read.
ChatTemplate = Literal["none", "user"]
#: What a token stands for: characters of the text, a mark that the tokenizer added (BOS, CLS), or the chat template.
TokenKind = Literal["text", "special", "template"]

#: What stands where a class would, for logits that are NaN or infinite: these name none.
NOT_FINITE = "not finite"


@dataclass(frozen=True)
class Selection:
    """A candidate with one of its adapters (None: the base model with its own head, if it has one).

    `chat_template` is what a person chose; None leaves it to the candidate.
    `untrained_head` is the wish to be answered also where the head is untrained: without it such a pair is refused.
    Two selections that differ in it alone are the same pair.
    """

    candidate: str
    adapter: str | None = None
    chat_template: ChatTemplate | None = None
    untrained_head: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        name = f"{self.candidate} + {self.adapter}" if self.adapter else self.candidate
        return f"{name}, in the chat template" if self.chat_template == "user" else name


@dataclass(frozen=True)
class Token:
    """A token as the characters of the original text that it covers: `text == original[start:end]`.

    One that covers nothing has `start == end`, and `text` is its name: special tokens, those of a chat template, and
    a token of the text to which the tokenizer gives no width. Which of them it is, `kind` says.
    """

    text: str
    start: int
    end: int
    kind: TokenKind = "text"


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
        kept_characters, kept_from: the model read so many characters, from that one on; see `kept`.
        total_tokens: tokens of the whole text, so `len(tokens)` of `total_tokens` were read.
        untrained_head: weights of pooler or head have random start values, and so the verdict is random.
        thresholds: from which probabilities on it counts as sure.
        calibration: by which probabilities are stated; None where they are the model's own.
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
    kept_from: int = 0
    untrained_head: bool = False
    thresholds: SurenessThresholds = DEFAULT_THRESHOLDS
    calibration: Calibration | None = None

    @cached_property
    def finite(self) -> bool:
        """Whether every logit is a finite number. Where one is not there is no verdict, no order, no margin."""
        return all(map(math.isfinite, self.logits))

    @property
    def truncated(self) -> bool:
        """Whether the model saw only a part of what there was to read."""
        return len(self.tokens) < self.total_tokens

    @property
    def kept(self) -> tuple[int, int]:
        """The model read `text[start:end]`: the beginning of a text that was cut, or its end, as the tokenizer cuts."""
        return self.kept_from, self.kept_from + self.kept_characters

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
    def bytes_per_token(self) -> float:
        """How finely the tokenizer cut what was read: bytes of UTF-8 a token of the text; infinite without one."""
        size, count, _ = self._cut
        return size / count if count else math.inf

    @property
    def _cut(self) -> tuple[int, int, int]:
        """Of what was read of the text: bytes of UTF-8, tokens, words (runs without white space)."""
        start, end = self.kept
        read = self.text[start:end]
        tokens = sum(token.kind == "text" for token in self.tokens)
        return len(read.encode("utf-8", "surrogatepass")), tokens, len(read.split())

    @cached_property
    def sureness(self) -> Sureness | None:
        """How sure it is; single label only, None where not finite, by an untrained head, or of a lone class."""
        single = self.problem_type == "single_label_classification" and len(self.labels) > 1
        if not single or not self.finite or self.untrained_head:
            return None
        return self.thresholds.state(self.probabilities, finely_cut=self.thresholds.finely_cut(*self._cut))

    @property
    def unlike(self) -> bool:
        """Whether it is not sure because the text is unlike what was learnt: finely cut, see the thresholds."""
        return self.sureness is not None and self.thresholds.finely_cut(*self._cut)

    @cached_property
    def prediction_set(self) -> tuple[ClassScore, ...] | None:
        """Classes that hold the right one in the share of texts that the calibration promises, the first one first.

        It may be empty. None where no sets were fitted, and where a logit is not finite.
        """
        if self.calibration is None or self.calibration.set_threshold is None or not self.finite:
            return None
        held = dict(zip(self.labels, self.calibration.in_set(self.logits), strict=True))
        return tuple(row for row in self.ranked if held[row.label])

    @property
    def entropy(self) -> float:
        """Entropy of the class probabilities in bits, 0 (sure) to log2(K); single label only, NaN if not finite."""
        if not self.finite:
            return math.nan
        return -sum(p * math.log2(p) for p in self.probabilities if p > 0)
