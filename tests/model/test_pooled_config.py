"""Our configs: a family's own, under a type that stock classes refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoConfig, AutoModel, BertConfig, GPT2Config, LlamaConfig, MistralConfig

from core.config.components import HEADS, POOLERS
from core.config.families import lifting
from core.errors import ConfigError
from core.model.classifier import classifier_class
from core.model.pooled_config import (
    DEFAULTS,
    PREFIX,
    base_config_class,
    is_stock_equal,
    part_fields,
    parts_of,
    pooled_config_class,
    to_pooled,
)

LLAMA = LlamaConfig(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24, vocab_size=40)


@pytest.mark.parametrize("base", [LlamaConfig, MistralConfig, BertConfig, GPT2Config])
def test_a_class_for_each_family_made_once(base: Any) -> None:
    made = pooled_config_class(base)
    assert made is pooled_config_class(base) is pooled_config_class(made)
    assert issubclass(made, base)
    assert made.model_type == PREFIX + base.model_type
    assert base_config_class(made) is base_config_class(base) is base


def test_what_the_family_says_stays_and_ours_is_added() -> None:
    made = to_pooled(LLAMA, pooler_type="gem", pooler_config={"p": 2.0}, num_labels=5)
    stock, pooled = LLAMA.to_dict(), made.to_dict()
    ours = {*DEFAULTS, "model_type", "transformers_version", "id2label", "label2id"}
    assert {k: v for k, v in pooled.items() if k not in ours} == {k: v for k, v in stock.items() if k not in ours}
    assert made.num_labels == 5
    assert parts_of(made) == ("gem", "vanilla")
    assert made.pooler_config == {"p": 2.0}
    assert not hasattr(LLAMA, "pooler_type")


def test_another_pooler_begins_with_its_own_options() -> None:
    gem = to_pooled(LLAMA, pooler_type="gem", pooler_config={"p": 2.0})
    assert to_pooled(gem, pooler_type="attention").pooler_config == {}
    assert to_pooled(gem, head_type="sequential").pooler_config == {"p": 2.0}


def test_it_is_read_again_from_its_folder(tmp_path: Path) -> None:
    made = to_pooled(LLAMA, pooler_type="attention", pooler_config={"hidden_dim": 3}, **lifting(True))
    made.save_pretrained(tmp_path)
    again = AutoConfig.from_pretrained(tmp_path)
    assert type(again) is type(made)
    of_the_file = {"transformers_version", "_name_or_path"}
    kept, written = ({k: v for k, v in c.to_dict().items() if k not in of_the_file} for c in (again, made))
    assert kept == written
    assert not is_stock_equal(again)


def test_a_stock_class_does_not_open_it(tmp_path: Path) -> None:
    made = to_pooled(LLAMA, pooler_type="mean")
    classifier_class(type(made))(made).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="Unrecognized configuration class"):
        AutoModel.from_pretrained(tmp_path)


@pytest.mark.parametrize("pooler", POOLERS)
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("lifted", [False, True])
def test_equal_to_stock_are_last_token_and_linear_head_alone(pooler: str, head: str, lifted: bool) -> None:
    made = to_pooled(LLAMA, pooler_type=pooler, head_type=head, **lifting(lifted))
    assert is_stock_equal(made) == (pooler == "context" and head == "vanilla" and not lifted)


def test_a_stock_config_has_the_stock_parts() -> None:
    assert parts_of(LLAMA) == ("context", "vanilla")
    assert is_stock_equal(LLAMA)
    fields = part_fields(LLAMA)
    assert (fields.pooler_name, fields.pooler_config, fields.head_name) == (
        "context",
        {"pre_head_pooling": False},
        "vanilla",
    )


@pytest.mark.parametrize(("labels", "problem"), [(1, "regression"), (3, "single_label_classification")])
def test_one_output_is_a_regression(labels: int, problem: str) -> None:
    assert part_fields(to_pooled(LLAMA, num_labels=labels)).problem == problem


def test_impossible_parts_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="pooler_type cannot be 'max'"):
        part_fields(to_pooled(LLAMA, pooler_type="max"))
