"""Where in depth a verdict formed, in words."""

from __future__ import annotations

import numpy as np
import pytest

from core.results import Lens
from core.words import depth


def lens(leaders: tuple[int, ...], difference: float = 0.0) -> Lens:
    logits = np.eye(2)[list(leaders)]
    return Lens(("card", "home"), logits, logits, difference)


@pytest.mark.parametrize(
    ("leaders", "words"),
    [
        ((0, 0, 0), "'card' leads from the embeddings on: no layer changes it."),
        ((1, 1, 0), "'card' leads only after the last of 2 layers; before it, 'home' did."),
        ((1, 0, 0), "'card' leads from layer 1 of 2 on; before that, 'home' did."),
    ],
)
def test_where_it_was_decided(leaders: tuple[int, ...], words: str) -> None:
    assert depth.decided(lens(leaders)) == words


def test_places_and_the_check() -> None:
    assert [depth.depth_name(d) for d in (0, 3)] == ["embeddings", "layer 3"]
    assert depth.checked(lens((0, 0), 2.4e-7)) == "The last depth equals the model's own logits within 2.4e-07."
