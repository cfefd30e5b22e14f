"""Words and pieces: every token in exactly one, no character broken, equal words apart."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.encoding import Encoder
from core.explain.text_units import character_starts, read
from core.results import Prediction, Reading, Token
from tests.tiny import make_tiny_tokenizer

if TYPE_CHECKING:
    from core.results import Unit

_ENCODER = Encoder(make_tiny_tokenizer(), 64)
_JOINED = ("e\u0301", "👩\u200d👩\u200d👧", "👍🏽", "🇩🇪", "นี้", "\u200d")
_SIGNS = st.sampled_from([*"ab Ab.,!?é東京ש\n\tไ", *_JOINED])


def reading_of(text: str) -> Reading:
    encoded = _ENCODER.encode([text])[0]
    tokens = _ENCODER.tokens(encoded)
    return read(
        Prediction(
            text,
            "a",
            "single_label_classification",
            ("a",),
            (0.0,),
            (1.0,),
            tokens,
            None,
            encoded.span[1] - encoded.span[0],
            encoded.total,
            encoded.span[0],
        )
    )


def words_of(text: str) -> list[str]:
    return [unit.text for unit in reading_of(text).words if not unit.special]


@given(st.lists(_SIGNS, min_size=1, max_size=30).map("".join).filter(str.strip) | st.text(min_size=1).filter(str.strip))
def test_units_partition_the_tokens_in_order_and_show_the_original(text: str) -> None:
    reading = reading_of(text)
    count = len(reading.prediction.tokens)
    for units in (reading.words, reading.pieces):
        assert [t for unit in units for t in unit.tokens] == list(range(count))
        last = 0
        for unit in units:
            assert 0 <= unit.start <= unit.end <= len(text)
            if not unit.special:
                assert unit.text == text[unit.start : unit.end]
                assert unit.start >= last, "units overlap"
                last = unit.end


@given(st.lists(_SIGNS, min_size=1, max_size=30).map("".join).filter(str.strip))
def test_no_unit_begins_inside_a_character(text: str) -> None:
    reading = reading_of(text)
    for unit in (*reading.words, *reading.pieces):
        if not unit.special and unit.start > 0:
            assert not unicodedata.category(text[unit.start]).startswith("M"), "a combining mark stands alone"
            assert text[unit.start - 1] != "\u200d", "a joined emoji is broken"


@given(st.text(max_size=40))
def test_characters_begin_where_something_can_begin(text: str) -> None:
    starts = character_starts(text)
    assert len(starts) == len(text)
    assert all(start <= i and starts[start] == start for i, start in enumerate(starts))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My card, my card.", ["My", "card,", "my", "card."]),
        ("again again again", ["again", "again", "again"]),
        ("I paid 5€ e\u0301te\u0301", ["I", "paid", "5€", "e\u0301te\u0301"]),
        ("ok 👩\u200d👩\u200d👧 fine", ["ok", "👩\u200d👩\u200d👧", "fine"]),
        ("東京 is far", ["東", "京", "is", "far"]),
        ("  two   spaces ", ["two", "spaces"]),
    ],
)
def test_words_are_what_a_person_reads(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_equal_words_keep_their_places() -> None:
    units: list[Unit] = [u for u in reading_of("no no").words if u.text == "no"]
    assert [u.start for u in units] == [0, 3]
    assert not set(units[0].tokens) & set(units[1].tokens)


def test_special_tokens_stand_alone() -> None:
    first = reading_of("hello").words[0]
    assert (first.text, first.special, first.tokens) == ("<s>", True, (0,))


def test_only_what_was_read_is_in_units() -> None:
    reading = reading_of("word " * 200)
    assert reading.prediction.truncated
    assert max(unit.end for unit in reading.words) == reading.prediction.kept_characters


def test_a_token_without_width_belongs_to_the_word_behind_it_or_before_it() -> None:
    """Of the text by the tokenizer's own mask, whatever its width."""
    text = "card arrived"
    tokens = (
        *(Token("<s>", 0, 0, "special"), Token("card", 0, 4), Token("_", 4, 4), Token("arrived", 5, 12)),
        *(Token("_", 12, 12), Token("</s>", 0, 0, "special")),
    )
    made = replace(reading_of(text).prediction, tokens=tokens, total_tokens=6)
    words = read(made).words
    assert [(u.text, u.kind, u.tokens) for u in words] == [
        ("<s>", "special", (0,)),
        ("card", "text", (1,)),
        ("arrived", "text", (2, 3, 4)),
        ("</s>", "special", (5,)),
    ]
    assert [u.special for u in read(made).pieces] == [True, False, False, False, False, True]


def test_what_a_template_writes_in_one_go_is_one_unit_among_the_words() -> None:
    tokens = (
        *(Token("<|", 0, 0, "template"), Token("user", 0, 0, "template"), Token("card", 0, 4)),
        *(Token("\u21b5", 0, 0, "template"), Token("<|end|>", 0, 0, "template")),
    )
    made = read(replace(reading_of("card").prediction, tokens=tokens, total_tokens=5))
    assert [(u.text, u.tokens) for u in made.words] == [("<|user", (0, 1)), ("card", (2,)), ("\u21b5<|end|>", (3, 4))]
    assert [u.tokens for u in made.pieces] == [(0,), (1,), (2,), (3,), (4,)]


def test_a_text_of_white_space_alone_stands_for_itself() -> None:
    tokens = (Token("<s>", 0, 0, "special"), Token(" ", 0, 1), Token("_", 1, 1))
    made = replace(reading_of("a ").prediction, text="  ", tokens=tokens, total_tokens=3)
    assert [(u.special, u.tokens) for u in read(made).words] == [(True, (0,)), (False, (1,)), (False, (2,))]
