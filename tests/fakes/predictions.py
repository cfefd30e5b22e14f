"""What a fake candidate says of a text: answers that depend on its words, the candidate and the adapter."""

from __future__ import annotations

import re

import numpy as np

from core.errors import InputError
from core.results import Floats, LoadedModel, Prediction, Token
from tests.fakes.numbers import share, shares


def predict(model: LoadedModel, text: str) -> Prediction:
    """Each word is a token; those above `max_tokens` are cut off."""
    if not text.strip():
        raise InputError("The text is empty.", fix="write something to classify.")
    values = logits(model, text)
    tokens = tuple(Token(word[0], word.start(), word.end()) for word in re.finditer(r"\S+", text))
    kept = tokens[: model.max_tokens]
    words = [token.text for token in kept]
    return Prediction(
        text=text,
        label=verdict(model, values),
        problem_type=model.problem_type,
        labels=model.labels,
        logits=tuple(map(float, values)),
        probabilities=tuple(map(float, probabilities(model, values))),
        tokens=kept,
        pooling_weights=None if model.pooler == "gem" else tuple(map(float, weights(model.pooler, words))),
        kept_characters=len(text) if len(kept) == len(tokens) else kept[-1].end,
        total_tokens=len(tokens),
        untrained_head=bool(model.untrained_head),
    )


def logits(model: LoadedModel, text: str, *change: object) -> Floats:
    """(K,) from -2 to 2; others for every `change`."""
    return 4 * shares((f"{text}|{label}" for label in model.labels), model.selection, *change) - 2


def probabilities(model: LoadedModel, values: Floats) -> Floats:
    """Of logits (..., K): softmax, or sigmoid with several labels; NaN for a regression."""
    match model.problem_type:
        case "multi_label_classification":
            return np.asarray(1 / (1 + np.exp(-values)))
        case "regression":
            return np.full(values.shape, np.nan)
        case _:
            powers = np.exp(values)
            return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def verdict(model: LoadedModel, values: Floats) -> str:
    """See `Prediction.label`."""
    match model.problem_type:
        case "multi_label_classification":
            return ", ".join(k for k, z in zip(model.labels, values, strict=True) if z >= 0) or "none"
        case "regression":
            return model.labels[0]
        case _:
            return model.labels[int(values.argmax())]


def weights(pooler: str, words: list[str]) -> Floats:
    """(T,) sum 1: what a pooler weighs; of gem the shares of the gradient."""
    match pooler:
        case "context":
            return np.asarray(np.eye(len(words))[-1])
        case "mean":
            return np.full(len(words), 1 / len(words))
        case _:
            parts = 0.1 + np.array([share(pooler, word) for word in words])
            return np.asarray(parts / parts.sum())
