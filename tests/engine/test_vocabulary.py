"""Tokens without a row in the embedding."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from core.engine.encoding import Encoder
from core.engine.vocabulary import embedding_rows, require_rows, rows_check
from core.errors import InputError
from core.results import CheckStatus
from tests.tiny import make_tiny_tokenizer, tiny_model

ROWS = 320


def encoder(*added: str) -> Encoder:
    tokenizer = make_tiny_tokenizer()
    tokenizer.add_tokens(list(added))
    return Encoder(tokenizer, 100)


@pytest.mark.parametrize("rows", [ROWS, ROWS + 64, None])
def test_as_many_rows_as_tokens_or_more_are_fine(rows: int | None) -> None:
    assert rows_check(encoder(), rows) == []
    require_rows(encoder(), encoder().encode(["a card"]), rows)


@pytest.mark.parametrize("added", [("<topic>",), ("<a>", "<b>", "<c>", "<d>")])
def test_added_tokens_without_a_row_are_named(added: tuple[str, ...]) -> None:
    subject = encoder(*added)
    (check,) = rows_check(subject, ROWS)
    assert check.status is CheckStatus.WARNING
    assert f"'{added[0]}'" in check.message
    assert f"{len(added)} token" in check.message
    assert subject.tokens_beyond(ROWS) == {name: ROWS + i for i, name in enumerate(added)}
    assert rows_check(subject, ROWS + len(added)) == []


def test_so_are_those_of_another_models_vocabulary() -> None:
    subject = encoder()
    assert len(subject.tokens_beyond(300)) == ROWS - 300


def test_a_text_with_one_is_refused_by_name_and_others_are_not() -> None:
    subject = encoder("<topic>")
    require_rows(subject, subject.encode(["a card"]), ROWS)
    with pytest.raises(
        InputError, match=r"'a <topic> of its own' has the token '<topic>' \(number 320\).* of 320 rows"
    ):
        require_rows(subject, subject.encode(["a card", "a <topic> of its own"]), ROWS)


@pytest.mark.parametrize("family", ["llama", "bert"])
def test_rows_are_those_of_the_model_that_reads(family: str) -> None:
    model: Any = tiny_model(family, ROWS)
    assert embedding_rows(model) == ROWS
    table, value = ("word_embeddings", "value") if family == "bert" else ("embed_tokens", "v_proj")
    adapted = get_peft_model(tiny_model(family, ROWS), LoraConfig(r=2, target_modules=[table]))
    assert embedding_rows(adapted) == ROWS
    saved = get_peft_model(tiny_model(family, ROWS), LoraConfig(r=2, target_modules=[value], modules_to_save=[table]))
    assert embedding_rows(saved) == ROWS
    model.resize_token_embeddings(ROWS + 8)
    assert embedding_rows(model) == ROWS + 8


def test_a_model_without_one_table_says_nothing() -> None:
    class Split(nn.Module):
        def get_input_embeddings(self) -> nn.Module:
            return nn.Identity()

    assert embedding_rows(Split()) is None
    assert embedding_rows(nn.Linear(2, 2)) is None
    assert embedding_rows(torch.nn.Module()) is None
