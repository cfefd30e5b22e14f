"""Two texts in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results import FlipCost, MinimalFlip, TwoTexts
from core.words import two_texts
from tests.words.made import reading

LABELS = ("card", "home")


def pair(second: str = "card", probabilities: tuple[float, float] = (0.9, 0.6)) -> TwoTexts:
    before, after = probabilities
    a, b = reading(), reading()
    b = replace(b, prediction=replace(b.prediction, label=second))
    shares = np.array([[before, 1 - before], [after, 1 - after]])
    return TwoTexts(a, b, (), np.array([[2.0, 0.0], [0.5, 0.0]]), shares)


def flip(removed: tuple[int, ...] = (1,), words: int = 20, complete: int = 0, irreducible: bool = False) -> MinimalFlip:
    shares = np.array([[0.9, 0.1], [0.4, 0.6]])
    return MinimalFlip(words, removed, "", LABELS, "card", "home", shares, shares, 10, 200, complete, irreducible)


def test_what_an_edit_did() -> None:
    moved = "'Card' goes from 90.0\u00a0% to 60.0\u00a0%."
    assert two_texts.changed(pair(), "card") == f"Before and after the edit 'Card' leads: {moved}"
    assert two_texts.changed(pair("home"), "card") == f"Before the edit 'Card' leads, after it 'Home': {moved}"


def test_what_an_edit_did_to_an_output() -> None:
    values = pair(probabilities=(np.nan, np.nan))
    assert two_texts.changed(values, "card") == ("The edit moves 'Card' from 2.00 to 0.500, by -1.50.")


def test_a_minimal_flip() -> None:
    one = two_texts.flipped(flip(), reading(20))
    assert one == (
        "Without 'w1' (1 of 20 words) 'home' leads instead of 'card'. Proven minimal: nothing is fewer than one word."
    )
    assert "'Home' leads instead of 'Card'" in two_texts.flipped(flip(), reading(20), LABELS)
    two = two_texts.flipped(flip((1, 3), complete=1), reading(20))
    assert two.endswith("Proven minimal: every smaller removal was tried.")
    many = two_texts.flipped(flip(tuple(range(14)), complete=2, irreducible=True), reading(20))
    assert "'w11' and 2 more (14 of 20 words)" in many
    assert many.endswith(
        "not proven minimal: every removal of up to 2 words was tried. None of these words can be put back alone."
    )


def test_no_flip() -> None:
    assert two_texts.flipped(flip((), words=1), reading(1)).startswith("There is nothing to take away")
    assert two_texts.flipped(flip((), words=3, complete=2), reading(3)) == (
        "No removal changes 'card': all that leave a word were tried."
    )
    assert two_texts.flipped(flip((), complete=1), reading(20)) == (
        "Nothing tried changes 'card': every removal of up to 1 word was tried, "
        "and the words of the largest contributions together."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (flip((), words=1), ("none", "one word stays at least")),
        (flip((0,), words=2, complete=1), ("all", "that leave a word")),
        (flip((0,)), ("some", "of 1 word")),
        (flip((0,), complete=1), ("all", "of 1 word")),
        (flip((0, 1), complete=1), ("all", "of 1 word, some of 2")),
        (flip((0, 1), complete=2), ("all", "of up to 2 words")),
        (flip((0, 1, 2), complete=1), ("all", "of 1 word, some of more")),
        (flip((), complete=2), ("all", "of up to 2 words, some of more")),
        (flip(()), ("some", "of 1 word and of more")),
    ],
)
def test_which_removals_were_tried(found: MinimalFlip, said: tuple[str, str]) -> None:
    assert two_texts.tried(found) == said


def test_words_that_stand_twice_are_told_by_their_numbers() -> None:
    twice = reading(4)
    again = replace(
        twice, words=tuple(replace(unit, text="lost.") if i % 2 else unit for i, unit in enumerate(twice.words))
    )
    said = two_texts.flipped(flip((1, 2, 3), words=4, complete=3), again)
    assert said.startswith("Without 'lost.' (word 2), 'w2', 'lost.' (word 4) (3 of 4 words) ")


def test_what_a_search_takes() -> None:
    assert two_texts.cost(FlipCost(1000, 2.5)).startswith("At most 1,000 texts through the model: about 2.50 s")
    assert "as far as 5,000 texts reach" in two_texts.searched(5000)
