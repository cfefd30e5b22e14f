"""Attention in words."""

from __future__ import annotations

import numpy as np

from core.results import HEAD_MEASURES, AttentionCost
from core.words import attention


def test_every_measure_has_a_title() -> None:
    assert tuple(attention.MEASURED) == HEAD_MEASURES


def test_the_cost_is_said_before() -> None:
    needs = AttentionCost(layers=4, heads=4, tokens=2048, number_bytes=4, budget=2**30)
    assert attention.cost(needs) == (
        "One layer is captured at a time: 4 heads of 2,048 x 2,048 tokens need 160 MiB while it runs (logits and their "
        "softmax), of a budget of 1.00 GiB; 64.0 MiB stay. All 4 layers at once would hold 256 MiB."
    )


def test_the_first_token() -> None:
    values = np.array([[1.0, 0.0], [0.5, 0.5]])
    words = attention.first_took(values, np.array([0.25, 0.75]), 0, "<s>", "words")
    assert words.startswith("'<s>' takes 75.0 % of the attention of all words, and 25.0 % of what the pooled vector")


def test_how_to_read_the_matrix() -> None:
    assert "picture" not in attention.how_to_read("words", 1.0, picture=False, block=1)
    many = attention.how_to_read("tokens", 1.0, picture=True, block=2)
    assert "So many tokens are drawn as a picture" in many
    assert "a row sums to 100 %" in many
    sunk = attention.how_to_read("words", 0.42, picture=False, block=1)
    assert "sums to less than 100 % (here 42.0 % at least): the rest goes to the attention sink" in sunk
    assert many.endswith("Each pixel is the largest of 2 x 2 tokens.")
