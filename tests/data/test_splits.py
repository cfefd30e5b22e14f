"""Rows set aside: by class, by seed, never lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.data.splits import Examples, split_rows
from core.errors import TrainingError


@given(st.lists(st.integers(0, 4), min_size=4, max_size=80), st.floats(0.2, 0.5), st.integers(0, 2**32 - 1))
def test_each_row_is_on_one_side_and_each_class_keeps_one(classes: list[int], share: float, seed: int) -> None:
    targets = np.array(classes)
    try:
        kept, aside = split_rows(targets, "single_label_classification", share, seed)
    except TrainingError:
        assert all(round(share * n) == 0 or n == 1 for n in np.bincount(targets))
        return
    assert sorted([*kept, *aside]) == list(range(len(targets)))
    assert set(targets[kept]) == set(classes)
    for k in set(classes):
        rows = int((targets == k).sum())
        assert (targets[aside] == k).sum() == min(round(share * rows), rows - 1)


def test_the_seed_decides() -> None:
    targets = np.arange(40) % 2
    first, again, other = (split_rows(targets, "single_label_classification", 0.25, seed)[1] for seed in (1, 1, 2))
    assert_array_equal(first, again)
    assert (first != other).any()


def test_targets_of_several_numbers_have_no_strata() -> None:
    kept, aside = split_rows(np.zeros((10, 3), dtype=np.float32), "multi_label_classification", 0.3, 0)
    assert (len(kept), len(aside)) == (7, 3)


def test_too_few_rows_to_set_any_aside() -> None:
    with pytest.raises(TrainingError, match="2 rows are too few to set a share of 0.1 aside"):
        split_rows(np.array([0, 1]), "single_label_classification", 0.1, 0)


def test_some_of_the_examples() -> None:
    examples = Examples(("a", "b", "c"), np.arange(3), np.eye(3, dtype=np.float32))
    some = examples.take(np.array([2, 0]))
    assert (some.texts, some.targets.tolist(), len(some)) == (("c", "a"), [2, 0], 2)
    assert some.soft is not None
    assert some.soft.argmax(axis=1).tolist() == [2, 0]
