"""Where stock heads are, against the classes themselves."""

from __future__ import annotations

import pytest

from core.model.stock.layout import stock_class_name, stock_layout
from tests.families import tiny_config


@pytest.mark.parametrize(
    ("name", "roots", "rows"),
    [
        ("bert", ("classifier", "bert.pooler"), "classifier.weight"),
        ("distilbert", ("pre_classifier", "classifier"), "classifier.weight"),
        ("roberta", ("classifier",), "classifier.out_proj.weight"),
        ("deberta-v2", ("pooler", "classifier"), "classifier.weight"),
        ("xlnet", ("sequence_summary", "logits_proj"), "logits_proj.weight"),
        ("llama", ("score",), "score.weight"),
    ],
)
def test_the_modules_of_a_head(name: str, roots: tuple[str, ...], rows: str) -> None:
    layout = stock_layout(tiny_config(name))
    assert layout is not None
    assert set(layout.roots) == set(roots)
    assert layout.rows == rows
    assert layout.is_linear == (name == "llama")
    assert all(layout.ours(f"{root}.weight") == f"score.{root}.weight" for root in roots)
    assert layout.ours("encoder.layer.0.weight") == "encoder.layer.0.weight"


def test_a_bare_backbones_pooling_layer_is_the_heads() -> None:
    layout = stock_layout(tiny_config("bert"))
    assert layout is not None
    assert layout.ours("pooler.dense.weight") == "score.bert.pooler.dense.weight"


def test_two_stacks_have_none() -> None:
    assert stock_layout(tiny_config("t5")) is None
    assert stock_class_name(tiny_config("t5")) == ""
    assert stock_class_name(tiny_config("bert")) == "BertForSequenceClassification"
