"""Layers are counted from 0."""

from __future__ import annotations

from core.words import layers


def test_the_first_is_layer_0_and_the_last_one_less_than_their_number() -> None:
    assert layers.layer_name(0) == "layer 0"
    assert layers.last_of(4) == "layer 3, the last"


def test_before_any_layer_are_the_embeddings() -> None:
    assert [layers.after(depth) for depth in range(3)] == ["embeddings", "after layer 0", "after layer 1"]
