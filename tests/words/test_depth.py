"""Where in depth a verdict formed, in words."""

from __future__ import annotations

import numpy as np
import pytest

from core.results import Lens
from core.words import depth, layers


def lens(leaders: tuple[int, ...], difference: float = 0.0) -> Lens:
    logits = np.eye(2)[list(leaders)]
    return Lens(("card_arrival", "home"), logits, 0.25 + logits / 2, difference)


@pytest.mark.parametrize(
    ("leaders", "words"),
    [
        (
            (0, 0, 0),
            "'Card arrival' is ahead from the start: 75.0\u00a0% at the embeddings, 75.0\u00a0% after layer 1, the "
            "last.",
        ),
        (
            (1, 1, 0),
            "'Card arrival' is ahead only at the end: 75.0\u00a0% after layer 1, the last. Before it 'Home' was ahead.",
        ),
        (
            (1, 0, 0),
            "'Card arrival' is ahead after layer 0 and stays ahead: 75.0\u00a0% after layer 1, the last. Before it "
            "'Home' was ahead.",
        ),
    ],
)
def test_where_it_was_decided(leaders: tuple[int, ...], words: str) -> None:
    assert depth.decided(lens(leaders), "card_arrival") == words


def test_a_value_moves() -> None:
    result = Lens(("score", "tone"), np.array([[0.5, 3.0], [2.0, 1.0]]), np.full((2, 2), np.nan), 0.0)
    assert (
        depth.decided(result, "score") == "'Score' goes from 0.500 at the embeddings to 2.00 after layer 0, the last."
    )
    assert depth.drawn(result) == "The outputs after each of 1 layers"


def test_places_and_the_check() -> None:
    assert [layers.after(d) for d in (0, 1, 4)] == ["embeddings", "after layer 0", "after layer 3"]
    assert depth.checked(lens((0, 0), 2.4e-7)) == "The last depth equals the model's own logits within 2.4e-07."
    assert layers.COUNTED in depth.ABOUT
