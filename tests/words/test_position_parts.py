"""Whether position parts add up, in words."""

from __future__ import annotations

from core.words import position_parts
from tests.words.made import position_parts as made


def test_exact_ones() -> None:
    assert position_parts.whole(made(logits=(3.0, 1.0)), "card") == (
        "Exact: the parts sum to 3.00000, the model's logit is 3.00000, the difference 0."
    )
    assert position_parts.whole(made(logits=(3.000001, 1.0)), "card").endswith("the difference 1.0e-06.")
    assert (position_parts.kind(True), position_parts.remainder(True)) == ("exact", "rounding")


def test_a_linearisation_names_its_gap() -> None:
    words = position_parts.whole(made(exact=False, logits=(2.5, 1.0)), "card")
    assert words.startswith(
        "Not exact: the head is not linear, so the parts sum to 3.00 where the model's logit is 2.50"
    )
    assert "the gap of -0.500 belongs to no position" in words
    assert position_parts.kind(False) == "linearisation, not exact"
    assert position_parts.remainder(False) == "gap of the linearisation"
