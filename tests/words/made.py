"""Small results made by hand, for sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from core.results import ContributionOptions, Contributions, PositionParts, Prediction, Reading, Token, Unit
from core.results.sureness import DEFAULT_THRESHOLDS, SurenessThresholds


def prediction(text: str = "my card", probabilities: tuple[float, ...] = (0.9, 0.1), total: int = 2) -> Prediction:
    """Two words, two tokens; `total` tokens in the whole text."""
    labels = ("card", "home", "work")[: len(probabilities)]
    tokens = (Token("my", 0, 2), Token("card", 3, 7))
    logits = tuple(float(np.log(p)) if p == p else 1.5 for p in probabilities)
    return Prediction(
        text, labels[0], "single_label_classification", labels, logits, probabilities, tokens, (0.5, 0.5), 7, total
    )


def finely_cut(limits: SurenessThresholds = DEFAULT_THRESHOLDS, text: str = "qwertyu") -> Prediction:
    """One word, a token for each character."""
    tokens = tuple(Token(sign, i, i + 1) for i, sign in enumerate(text))
    count = len(tokens)
    made = prediction(text, total=count)
    return replace(made, tokens=tokens, pooling_weights=(1 / count,) * count, kept_characters=count, thresholds=limits)


def reading(words: int = 2) -> Reading:
    """A text of so many words: `w0 w1 ...`."""
    units = tuple(Unit(f"w{i}", 3 * i, 3 * i + 2, (i,)) for i in range(words))
    return Reading(prediction(), units, units)


def contributions(*, exact: bool = True, value: float = 3.0, **fields: Any) -> Contributions:
    """Of 'card' over two tokens: 1 and 2."""
    made = Contributions(
        ContributionOptions("card", "logit"),
        "logit",
        np.array([1.0, 2.0]),
        0.0,
        0.0,
        value,
        "frozen path" if exact else "occlusion",
        2e-7,
        "" if exact else "MambaModel does what the path cannot hold.",
        "float32",
    )
    return replace(made, **fields)


def position_parts(*, exact: bool = True, logits: tuple[float, float] = (3.0, 1.0)) -> PositionParts:
    """Two classes over two tokens, which sum to 3 and 1."""
    values = np.array([[1.0, 2.0], [0.5, 0.5]])
    return PositionParts(("card", "home"), values, np.array(logits), exact, "the mean of the states times the head")
