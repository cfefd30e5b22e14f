"""What a map shows, and what it does not."""

from __future__ import annotations

import numpy as np

from core.results.text_map import Projection, TextMap
from core.words import text_map as words


def made(of: int, explained: tuple[float, float] | None) -> TextMap:
    return TextMap(Projection.PCA, of, explained, np.arange(3), np.zeros((3, 2), np.float32))


def test_how_much_is_seen_is_said() -> None:
    said = words.lead(made(3, (0.4, 0.1))).replace("\u00a0", " ")
    assert said == (
        "3 texts: the two directions in which they differ most hold 50.0 % of all variance, so the rest is not seen."
    )
    assert words.lead(made(9, (0.4, 0.1))).startswith("3 of 9 texts, drawn by chance: ")
    assert words.lead(made(3, None)).endswith("how far groups lie apart means nothing.")
    assert words.axis(made(3, (0.4, 0.1)), 1).startswith("component 2: 10.0")
    assert words.axis(made(3, None), 0) == ""


def test_every_projection_has_its_name() -> None:
    assert set(words.PROJECTIONS) == set(Projection)
