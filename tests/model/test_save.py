"""Whole classifiers on disk: as transformers' class where it answers alike, else as ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForSequenceClassification

from core.config import BaseModelConfig
from core.model.open import open_classifier
from core.model.save import save_classifier
from tests.model.heads.test_stock import assert_equal, logits, stock


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"pooler_type": "context"}, "LlamaForSequenceClassification"),
        ({"pooler_type": "context", "model_type": "llama-bidirectional"}, "LlamaForSequenceClassification"),
        ({"pooler_type": "mean"}, "LlamaForPooledClassification"),
        ({"head_type": "sequential"}, "LlamaForPooledClassification"),
    ],
    ids=repr,
)
def test_the_class_that_opens_it_answers_alike(fields: dict[str, Any], name: str, tmp_path: Path) -> None:
    stock("llama", tmp_path / "base")
    config = BaseModelConfig(pretrained_model_name_or_path=str(tmp_path / "base"), **fields)
    model = open_classifier(config).model
    assert save_classifier(model, tmp_path / "saved") == name
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path / "saved", dtype=torch.float32).eval()
    assert type(again).__name__ == name
    assert_equal(logits(again), logits(model))


def test_padding_that_may_end_a_text_keeps_the_class_ours(tmp_path: Path) -> None:
    stock("llama", tmp_path / "base", pad_token_id=2, eos_token_id=2)
    config = BaseModelConfig(
        pretrained_model_name_or_path=str(tmp_path / "base"),
        pooler_type="context",
        pooler_config={"ignored_token_id": None},
    )
    model = open_classifier(config).model
    assert save_classifier(model, tmp_path / "ours") == "LlamaForPooledClassification"
    model = open_classifier(BaseModelConfig(pretrained_model_name_or_path=str(tmp_path / "base"))).model
    assert save_classifier(model, tmp_path / "stock") == "LlamaForSequenceClassification"
