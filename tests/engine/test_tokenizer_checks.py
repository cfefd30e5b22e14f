"""What is said of how a pair reads texts."""

from __future__ import annotations

from typing import Any

import pytest
from transformers import LlamaConfig

from core.engine.pair_tokenizer import PairTokenizer
from core.engine.tokenizer_checks import tokenizer_checks
from core.model.classifier import classifier_class
from core.results import Check, CheckStatus
from tests.engine.test_pair_tokenizer import closing
from tests.tiny import make_tiny_tokenizer

TEMPLATE = "{{ messages[0].content }}"


def model(rows: int = 320) -> Any:
    sizes: dict[str, Any] = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = LlamaConfig(vocab_size=rows, **sizes)
    return classifier_class(LlamaConfig)(config)


MODEL = model()


def checks(reading: PairTokenizer, chosen: Any = None, of: Any = MODEL) -> list[Check]:
    return list(tokenizer_checks(reading, chosen, of))


def test_a_plain_tokenizer_is_not_worth_a_word() -> None:
    assert checks(PairTokenizer(make_tiny_tokenizer())) == []
    assert checks(PairTokenizer(make_tiny_tokenizer(), make_tiny_tokenizer(), own=True)) == []


def test_a_template_that_nobody_decided_on_is_a_warning() -> None:
    (check,) = checks(PairTokenizer(closing(chat_template=TEMPLATE)))
    assert check.status is CheckStatus.WARNING
    assert "Raw text is scored; the tokenizer has a chat template" in check.message
    assert "--chat-template applies it" in check.command_fix


@pytest.mark.parametrize(("chosen", "expected"), [("none", []), ("user", [CheckStatus.NOTE])])
def test_a_template_that_was_chosen_or_declined_is_none(chosen: str, expected: list[CheckStatus]) -> None:
    assert [c.status for c in checks(PairTokenizer(closing(chat_template=TEMPLATE)), chosen)] == expected


def test_a_tokenizer_of_the_adapters_own_is_told_by_what_it_does_otherwise() -> None:
    other = closing()
    other.add_tokens(["<new>"])
    (check,) = checks(PairTokenizer(other, make_tiny_tokenizer(), own=True), of=model(400))
    assert check.status is CheckStatus.NOTE
    assert "splits 6 of 6 sample texts otherwise than the base's" in check.message
    assert "has 1 tokens more ('<new>')" in check.message
    (alone,) = checks(PairTokenizer(closing(), None, own=True))
    assert "the base's cannot be read" in alone.message


def test_tokens_without_an_embedding_are_a_warning() -> None:
    made = make_tiny_tokenizer()
    made.add_tokens(["<one>", "<two>"])
    (check,) = checks(PairTokenizer(made), of=model(len(made) - 1))
    assert (check.status, check.message) == (
        CheckStatus.WARNING,
        f"The tokenizer has 1 tokens beyond the {len(made) - 1} rows of the embedding.",
    )


def test_the_side_of_the_cut_and_settings_left_out_are_told() -> None:
    (side,) = checks(PairTokenizer(closing(truncation_side="left")))
    assert (side.status, "cut at the left (truncation_side" in side.message) == (CheckStatus.NOTE, True)
    (left_out,) = checks(PairTokenizer(make_tiny_tokenizer(), left_out=("tokenizer_config.json",)))
    assert left_out.status is CheckStatus.WARNING
    assert "tokenizer_config.json and no vocabulary" in left_out.message


def test_texts_that_end_in_the_padding_token_are_told() -> None:
    tokenizer = closing()
    end = tokenizer("a")["input_ids"][-1]
    made = model()
    assert checks(PairTokenizer(tokenizer), of=made) == []
    made.pooler.ignored_token_id = end
    (check,) = checks(PairTokenizer(tokenizer), of=made)
    assert check.status is CheckStatus.NOTE
    assert "the token before, as in transformers' own classifier" in check.message
