"""What stock classifiers pool, measured, against what their configs say of it where they do."""

from __future__ import annotations

from typing import Any

import pytest

from core.model.stock_pooling import stock_pooling
from tests.families import tiny_config


@pytest.mark.parametrize(
    ("name", "fields", "pooling"),
    [
        ("bert", {}, ("cls", True)),
        ("modernbert", {"classifier_pooling": "cls"}, ("cls", True)),
        ("modernbert", {"classifier_pooling": "mean"}, ("mean", True)),
        ("eurobert", {"classifier_pooling": "late"}, ("mean", False)),
        ("eurobert", {"classifier_pooling": "bos"}, ("cls", True)),
        ("xlnet", {"summary_type": "last"}, ("context", True)),
        ("xlnet", {"summary_type": "mean"}, ("mean", True)),
        ("llama", {}, ("context", True)),
        ("perceiver", {}, None),
    ],
)
def test_it_is_what_the_config_says(name: str, fields: dict[str, Any], pooling: Any) -> None:
    assert stock_pooling(tiny_config(name, **fields)) == pooling
