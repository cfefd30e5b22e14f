"""A stock class around our modules: shared, not copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model.stock_classifier import as_stock
from tests.model.heads.test_stock import assert_equal, logits, opened, stock


@pytest.mark.parametrize("name", ["bert", "albert", "llama", "roberta"])
def test_it_shares_every_weight_and_answers_alike(name: str, tmp_path: Path) -> None:
    stock(name, tmp_path)
    model = opened(tmp_path).model
    made = as_stock(model)
    assert made is not None
    ours = {parameter.data_ptr() for parameter in model.parameters()}
    assert {parameter.data_ptr() for parameter in made.parameters()} <= ours
    assert_equal(logits(made), logits(model))
    assert not hasattr(made.config, "pooler_type")
