"""Ids, offsets and truncation against the tokenizer's own; characters against the text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers.processors import TemplateProcessing

from core.engine.encoding import Encoder
from core.errors import CheckpointError, InputError
from tests.tiny import make_tiny_tokenizer

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
LONG = "My card has not arrived yet. " * 20


def tokenizer(template: str = "<s> $A </s>") -> Any:
    """Of its own, since an encoder turns off padding and truncation; a closing token as BERT has one."""
    made = make_tiny_tokenizer()
    made.backend_tokenizer.post_processor = TemplateProcessing(
        single=template, special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    return made


@given(texts=st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_each_text_is_encoded_as_the_tokenizer_does_alone(texts: list[str]) -> None:
    plain = SHARED(texts, return_offsets_mapping=True)
    for text, encoded, ids, offsets in zip(
        texts, ENCODER.encode(texts), plain["input_ids"], plain["offset_mapping"], strict=True
    ):
        assert (encoded.text, encoded.ids, encoded.total) == (text, ids, len(ids))
        assert encoded.offsets == [tuple(pair) for pair in offsets]
        assert encoded.span == (0, len(text))


SHARED = tokenizer()
ENCODER = Encoder(tokenizer(), 10_000)


@pytest.mark.parametrize("template", ["<s> $A", "<s> $A </s>", "$A </s> </s>", "$A"])
@pytest.mark.parametrize("limit", [3, 7, 40])
def test_what_is_cut_off_is_what_the_tokenizer_cuts_off(template: str, limit: int) -> None:
    (encoded,) = Encoder(tokenizer(template), limit).encode([LONG])
    cut = tokenizer(template)(LONG, truncation=True, max_length=limit)["input_ids"]
    assert encoded.ids == cut
    assert encoded.total == len(tokenizer(template)(LONG)["input_ids"])


@given(text=TEXTS, limit=st.integers(3, 12))
@settings(max_examples=60, deadline=None)
def test_what_is_left_is_the_beginning_of_the_text(text: str, limit: int) -> None:
    encoder = Encoder(SHARED, limit)
    (encoded,) = encoder.encode([text])
    assert len(encoded.ids) == len(encoded.offsets) == min(limit, encoded.total)
    assert encoded.span[0] == 0
    assert all(end <= encoded.span[1] <= len(text) for _, end in encoded.offsets)
    assert (encoded.span[1] == len(text)) or encoded.total > limit
    for token, (start, end) in zip(encoder.tokens(encoded), encoded.offsets, strict=True):
        assert (token.start, token.end) == (start, end)
        assert token.text == text[start:end] or start == end


def test_special_tokens_go_by_their_name_and_others_by_their_characters() -> None:
    encoder = Encoder(tokenizer(), 100)
    tokens = encoder.tokens(encoder.encode(["東京 🙂 naïve"])[0])
    assert (tokens[0].text, tokens[-1].text) == ("<s>", "</s>")
    assert {t.text for t in tokens[1:-1]} >= {"東", "🙂"}, "no bytes of the tokenizer's alphabet"


def test_one_closing_token_stays_even_where_nothing_else_fits() -> None:
    (encoded,) = Encoder(tokenizer("$A </s> </s>"), 2).encode([LONG])
    assert encoded.ids[-1] == 2
    assert len(encoded.ids) == 2


def test_a_lone_surrogate_keeps_the_positions_of_what_follows() -> None:
    (odd,), (plain,) = ENCODER.encode(["\ud800 card"]), ENCODER.encode(["? card"])
    assert (odd.ids, odd.offsets) == (plain.ids, plain.offsets)
    assert odd.text == "\ud800 card"
    assert ENCODER.tokens(odd)[-2].end == 6


def test_a_text_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(InputError, match="The tokenizer finds nothing to read in the text ''"):
        Encoder(tokenizer("$A"), 10).encode(["card", ""])


def test_a_slow_tokenizer_is_refused_with_the_way_out() -> None:
    class Slow:
        is_fast = False

    with pytest.raises(CheckpointError, match="only a slow tokenizer.*save it with a tokenizer.json"):
        Encoder(Slow(), 10)


def test_padding_and_truncation_of_the_tokenizer_are_off() -> None:
    made = tokenizer()
    made.backend_tokenizer.enable_truncation(4)
    made.backend_tokenizer.enable_padding(length=50)
    short, long = Encoder(made, 1000).encode(["card", LONG])
    assert len(short.ids) < 10
    assert len(long.ids) == long.total > 100
