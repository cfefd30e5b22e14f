"""The card of a merged checkpoint."""

from __future__ import annotations

from dataclasses import replace

import yaml

from core.merge.card import card
from core.results import Merge

DONE = Merge("/m/out", "org/base", "intents", "bfloat16", 10, 64, ("score",), ("a", "b"), "nf4", 128, "", 1, 20)


def test_what_it_was_made_of_and_no_path_of_the_machine() -> None:
    text = card(DONE)
    front = yaml.safe_load(text.split("---")[1])
    assert front["base_model"] == "org/base"
    assert "added to 64 weights of `org/base`, in bfloat16" in text
    assert "held as nf4; its codes were read out first" in text
    assert "at most 128 tokens" in text
    assert "/m/out" not in text
    assert "No class of transformers" in text


def test_a_stock_class_is_opened_by_transformers() -> None:
    text = card(replace(DONE, stock_class="LlamaForSequenceClassification", dequantised="", max_tokens=None))
    assert 'pipeline("text-classification", model="FOLDER", tokenizer="FOLDER")' in text
    assert "codes" not in text
