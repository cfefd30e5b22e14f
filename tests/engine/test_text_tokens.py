"""Tokens of many texts against what transformers' own tokenizers give for each."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from core.engine.encoding import Encoder
from core.engine.text_tokens import text_tokens
from core.tasks.progress import ignore_progress
from tests.tiny import make_tiny_tokenizer

VOCABULARY = {"[UNK]": 0, "[CLS]": 1, "the": 2, "card": 3, "##s": 4, "a": 5, ".": 6}
#: Refuses a text with a bell in it, so that refusing can be seen.
TEMPLATE = (
    "{% if '\a' in messages[0]['content'] %}{{ raise_exception('no bells') }}{% endif %}"
    "<s>user: {{ messages[0]['content'] }}</s>"
)


def word_pieces() -> PreTrainedTokenizerFast:
    """A tokenizer with unknown words, as BERT's."""
    tokenizer = Tokenizer(models.WordPiece(VOCABULARY, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", cls_token="[CLS]")


@given(st.lists(st.text(max_size=30), max_size=6))
def test_counts_are_those_of_the_tokenizer(texts: list[str]) -> None:
    for tokenizer in (word_pieces(), make_tiny_tokenizer()):
        found = text_tokens(Encoder(tokenizer, 8), texts, ignore_progress)
        readable = [text.encode("utf-8", "replace").decode() for text in texts]
        own = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in readable]
        assert found.pieces.tolist() == [len(ids) for ids in own]
        assert found.total.tolist() == [len(tokenizer(text)["input_ids"]) for text in readable]
        unknown = tokenizer.unk_token_id
        assert found.unknown.tolist() == [0 if unknown is None else ids.count(unknown) for ids in own]
        assert found.unknown_parts.total() == found.unknown.sum()


def test_what_is_not_known_is_said_as_it_is_written() -> None:
    found = text_tokens(Encoder(word_pieces(), 8), ["the Bank . Bank", "a cards", "✓"], ignore_progress)
    assert found.unknown.tolist() == [2, 0, 1]
    assert found.unknown_parts == Counter({"Bank": 2, "✓": 1})
    assert found.most == 8


@pytest.mark.parametrize("text", ["hello world", "hello <s> there", "x" * 50])
def test_a_template_is_counted_beside_the_text(text: str) -> None:
    tokenizer = make_tiny_tokenizer()
    tokenizer.chat_template = TEMPLATE
    found = text_tokens(Encoder(tokenizer, 16, "user"), [text, "ring \a", ""], ignore_progress)
    message = [{"role": "user", "content": text}]
    rendered = str(tokenizer.apply_chat_template(message, tokenize=False))
    assert found.total[0] == len(tokenizer(rendered, add_special_tokens=False)["input_ids"])
    assert 0 < found.pieces[0] < found.total[0]
    assert (found.pieces[1], found.total[1]) == (0, 0), "the template refuses it"
    assert found.pieces[2] == 0
    assert found.total[2] > 0
