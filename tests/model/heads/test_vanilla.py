"""The linear head against a plain product and the stock classifiers."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModelForSequenceClassification

from core.model.heads.vanilla import build
from tests.tiny import save_tiny_classifier

D, K = 6, 4


def test_it_is_one_product_without_a_bias() -> None:
    head, x = build(D, K), torch.randn(3, D)
    assert isinstance(head, nn.Linear)
    assert torch.equal(head(x), functional.linear(x, head.weight))


def test_it_takes_the_weights_of_a_stock_head(tmp_path: Path) -> None:
    folder = save_tiny_classifier(tmp_path / "stock", "llama", ("a", "b", "c"))
    stock = AutoModelForSequenceClassification.from_pretrained(folder)
    head = build(*reversed(stock.score.weight.shape))
    head.load_state_dict(stock.score.state_dict())
    states = torch.randn(2, stock.config.hidden_size)
    assert torch.equal(head(states), stock.score(states))
