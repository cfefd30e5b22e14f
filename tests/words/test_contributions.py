"""Whether contributions add up, in words."""

from __future__ import annotations

from core.words import contributions
from tests.words.made import contributions as made


def test_exact_ones() -> None:
    assert contributions.whole(made(logits=(3.0, 1.0)), "card") == (
        "Exact: the parts sum to 3.00000, the model's logit is 3.00000, the difference 0."
    )
    assert contributions.whole(made(logits=(3.000001, 1.0)), "card").endswith("the difference 1.0e-06.")
    assert (contributions.kind(True), contributions.remainder(True)) == ("exact", "rounding")


def test_a_linearisation_names_its_gap() -> None:
    words = contributions.whole(made(exact=False, logits=(2.5, 1.0)), "card")
    assert words.startswith("A linearisation: the head is not linear, so the parts sum to 3.000")
    assert "the gap of -0.500 belongs to no position" in words
    assert contributions.kind(False) == "linearisation, not exact"
    assert contributions.remainder(False) == "gap of the linearisation"
