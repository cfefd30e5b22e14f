"""Merges of classes: everything ends somewhere that is merged no further."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.merged_classes import merged


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
def test_no_class_ends_in_one_that_is_merged_itself(pairs: list[tuple[int, int]]) -> None:
    into = merged(pairs)
    assert set(into) <= {source for source, _ in pairs}
    assert not set(into.values()) & set(into)
    assert all(source != target for source, target in into.items())


def test_later_merges_go_on_from_earlier_ones() -> None:
    assert merged([("a", "b"), ("b", "c"), ("c", "a")]) == {"a": "c", "b": "c"}
    assert merged([("a", "b"), ("a", "b")]) == {"a": "b"}
    assert merged([("a", "b"), ("a", "c")]) == {"a": "c"}
