"""One numbering of words and tokens: from 1, without special tokens, said only where it tells equal ones apart."""

from __future__ import annotations

from core.results import Unit
from core.results.text_units import telling_numbers, unit_numbers
from core.words.text_units import quoted

WORDS = ("my", "card", "my", "card")
UNITS = (
    Unit("<s>", 0, 0, (0,), "special"),
    Unit("[user]", 0, 0, (1,), "template"),
    *(Unit(word, 0, 1, (i,)) for i, word in enumerate(WORDS, 2)),
    Unit("once", 0, 1, (6,)),
    Unit("<s>", 0, 0, (7,), "special"),
)


def test_special_tokens_and_templates_are_not_counted() -> None:
    assert unit_numbers(UNITS) == [None, None, 1, 2, 3, 4, 5, None]
    assert telling_numbers(UNITS) == [None, None, 1, 2, 3, 4, None, None]
    own = [unit for unit in UNITS if not unit.special]
    assert telling_numbers(own) == [1, 2, 3, 4, None], "the same without them"


def test_a_number_stands_where_it_tells_equal_words_apart() -> None:
    numbers = telling_numbers(UNITS)
    assert quoted(UNITS[3], numbers[3]) == "'card' (word 2)"
    assert quoted(UNITS[3], numbers[3], "token") == "'card' (token 2)"
    assert quoted(UNITS[6], numbers[6]) == "'once'"
    assert quoted(UNITS[0], numbers[0]) == "'<s>'"
