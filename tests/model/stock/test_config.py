"""A config without our fields is the family's own."""

from __future__ import annotations

from core.model.pooled_config import to_pooled
from core.model.stock.config import DEFAULTS, base_config_class, to_stock
from tests.families import tiny_config


def test_it_is_the_familys_own_again() -> None:
    config = tiny_config("llama", num_labels=3)
    again = to_stock(to_pooled(config, pooler_type="mean", id2label={0: "a", 1: "b"}))
    assert type(again) is type(config) is base_config_class(type(to_pooled(config)))
    assert again.id2label == {0: "a", 1: "b"}
    assert not [name for name in DEFAULTS if hasattr(again, name)]
    assert again.hidden_size == config.hidden_size
