"""A reading made of a text's own words, without a model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.explain.text_units import read
from core.results import Prediction, Reading, Token

Read = Callable[..., Reading]


@pytest.fixture
def reading_of() -> Read:
    """A text whose tokens are `<s>` and its words with the space before; characters `begin` to `kept` were read."""
    return read_text


def read_text(text: str, kept: int | None = None, begin: int = 0) -> Reading:
    kept = len(text) if kept is None else kept
    tokens, place = [Token("<s>", 0, 0, "special")], begin
    for word in text[begin:kept].split(" "):
        end = place + len(word)
        if word:
            start = max(place - 1, begin)
            tokens.append(Token(text[start:end], start, end))
        place = end + 1
    return read(
        Prediction(
            text,
            "a",
            "single_label_classification",
            ("a", "b"),
            (1.0, 0.0),
            (0.7, 0.3),
            tuple(tokens),
            None,
            kept - begin,
            len(tokens) + (kept - begin < len(text)),
            begin,
        )
    )
