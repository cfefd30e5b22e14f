"""Ids, offsets and truncation against the tokenizer's own; characters against the text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.processors import ByteLevel as ByteLevelProcessor
from tokenizers.processors import Sequence, TemplateProcessing

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


# Cut at the left


@pytest.mark.parametrize("template", ["<s> $A", "<s> $A </s>", "$A </s> </s>", "$A"])
@pytest.mark.parametrize("limit", [3, 7, 40])
def test_a_tokenizer_that_cuts_at_the_left_keeps_the_end(template: str, limit: int) -> None:
    made, oracle = tokenizer(template), tokenizer(template)
    made.truncation_side = oracle.truncation_side = "left"
    (encoded,) = Encoder(made, limit).encode([LONG])
    whole = oracle(LONG, truncation=True, max_length=limit, return_offsets_mapping=True)
    assert encoded.ids == whole["input_ids"]
    assert encoded.offsets == [tuple(pair) for pair in whole["offset_mapping"]]
    assert encoded.span == (min(start for start, end in encoded.offsets if end > start), len(LONG))
    assert encoded.fixed == [start == end for start, end in encoded.offsets]


@given(text=TEXTS, limit=st.integers(3, 12))
@settings(max_examples=60, deadline=None)
def test_what_is_left_is_the_end_of_the_text(text: str, limit: int) -> None:
    (encoded,) = Encoder(LEFT, limit).encode([text])
    start, end = encoded.span
    assert end == len(text)
    assert (start == 0) or encoded.total > limit
    assert all(begin >= start for begin, stop in encoded.offsets if stop > begin)


LEFT = tokenizer()
LEFT.truncation_side = "left"


@pytest.mark.parametrize("side", ["left", "right"])
def test_padding_of_the_tokenizer_changes_nothing(side: str) -> None:
    made = tokenizer()
    made.padding_side = side
    assert Encoder(made, 20).encode(["card", LONG]) == ENCODER_OF_20.encode(["card", LONG])


ENCODER_OF_20 = Encoder(tokenizer(), 20)


# Tokens without width


def trimmed(prefix: bool) -> Any:
    """Offsets without the spaces around words, as RoBERTa's tokenizer has them."""
    made = make_tiny_tokenizer()
    made.backend_tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=prefix)
    ends = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    made.backend_tokenizer.post_processor = Sequence([ByteLevelProcessor(trim_offsets=True), ends])
    return made


@pytest.mark.parametrize("text", ["card  arrived", "card   arrived  ", "  card", "a \n b", " \u00a0x"])
def test_a_space_to_which_the_tokenizer_gives_no_width_is_no_special_token(text: str) -> None:
    made = trimmed(prefix=False)
    (encoded,) = Encoder(made, 100).encode([text])
    marks = made(text, return_special_tokens_mask=True)["special_tokens_mask"]
    assert encoded.fixed == [bool(mark) for mark in marks]
    own = [pair for pair, fixed in zip(encoded.offsets, encoded.fixed, strict=True) if not fixed]
    assert all(end > start for start, end in own), "each covers the white space that it stands for"
    assert own == sorted(own)


def test_a_token_of_no_character_at_all_stays_without_width() -> None:
    made = trimmed(prefix=True)
    (encoded,) = Encoder(made, 100).encode([" card"])
    tokens = Encoder(made, 100).tokens(encoded)
    assert [t.kind for t in tokens] == ["special", *["text"] * (len(tokens) - 2), "special"]
    assert all(t.text for t in tokens)


# In a chat template

CHAT = "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}{{ eos_token }}{% endfor %}"


def templated(side: str = "right") -> Any:
    made = tokenizer()
    made.chat_template, made.truncation_side = CHAT, side
    return made


@given(texts=st.lists(TEXTS.filter(str.strip), min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_a_text_in_the_template_is_encoded_as_transformers_does(texts: list[str]) -> None:
    for text, encoded in zip(texts, TEMPLATED.encode(texts), strict=True):
        turn = [{"role": "user", "content": text}]
        assert encoded.ids == ORACLE.apply_chat_template(turn, tokenize=True, return_dict=False)
        assert encoded.span == (0, len(text))
        assert "special" not in encoded.kinds
        for token, kind in zip(TEMPLATED.tokens(encoded), encoded.kinds, strict=True):
            assert (token.start == token.end) or kind == "text"
            assert kind == "template" or token.start == token.end or token.text == text[token.start : token.end]


TEMPLATED, ORACLE = Encoder(templated(), 10_000, "user"), templated()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("limit", [4, 12, 60])
def test_templated_texts_are_cut_as_transformers_does(side: str, limit: int) -> None:
    made, oracle = templated(side), templated(side)
    (encoded,) = Encoder(made, limit, "user").encode([LONG])
    turn = [{"role": "user", "content": LONG}]
    expected = oracle.apply_chat_template(turn, tokenize=True, return_dict=False, truncation=True, max_length=limit)
    assert encoded.ids == expected
    assert encoded.total == len(oracle.apply_chat_template(turn, tokenize=True, return_dict=False))
    start, end = encoded.span
    assert (start == 0) == (side == "right")
    assert 0 <= start <= end <= len(LONG)


def test_where_only_the_template_is_cut_the_whole_text_was_read() -> None:
    short = "My card."
    (whole,) = Encoder(templated(), 100, "user").encode([short])
    (encoded,) = Encoder(templated(), whole.total - 1, "user").encode([short])
    assert len(encoded.ids) < encoded.total
    assert encoded.span == (0, len(short))


def test_the_words_of_the_template_are_named() -> None:
    tokens = TEMPLATED.tokens(TEMPLATED.encode(["[user] card"])[0])
    assert next(t.text for t in tokens if t.kind == "template") == "<s>"
    assert "".join(t.text for t in tokens if t.kind == "template").startswith("<s>[user]")
    own = [t for t in tokens if t.kind == "text"]
    assert "".join(t.text for t in own) == "[user] card"
    assert (own[0].start, own[-1].end) == (0, 11)


def test_how_texts_are_read_is_known() -> None:
    assert Encoder(tokenizer(), 10).chat_template is None
    assert Encoder(templated(), 10).chat_template == "none"
    assert Encoder(templated(), 10, "user").chat_template == "user"
