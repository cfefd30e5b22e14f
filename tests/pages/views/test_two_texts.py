"""The numbers of a minimal flip."""

from __future__ import annotations

import numpy as np

from core.results import MinimalFlip
from pages.views import two_texts as view

SHARES = np.array([[0.9, 0.1], [0.4, 0.6]])


def flip(removed: tuple[int, ...], complete: int) -> MinimalFlip:
    return MinimalFlip(20, removed, "", ("card", "home"), "card", "home", SHARES, SHARES, 1234, 5000, complete, True)


def test_a_flip_says_what_went_and_what_the_verdict_became() -> None:
    assert view.facts(flip((1, 4), 1)) == [
        ("Words taken away", "2", "of 20"),
        ("Texts tried", "1,234", "of at most 5,000"),
        ("Removals tried", "all", "of 1 word, some of 2"),
        ("The class that then leads", "60.0\u00a0%", "before: 10.0\u00a0%"),
    ]


def test_without_a_flip_there_is_no_new_verdict() -> None:
    assert view.facts(flip((), 0)) == [
        ("Words taken away", "none", "of 20"),
        ("Texts tried", "1,234", "of at most 5,000"),
        ("Removals tried", "some", "of 1 word and of more"),
    ]
