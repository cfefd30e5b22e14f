"""Texts end to end: what is put together is taken apart again."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from core.engine.backends.torch.packing import Group, Packing

ROWS = st.lists(st.lists(st.integers(0, 500), min_size=1, max_size=9), min_size=1, max_size=12)


@given(rows=ROWS)
def test_every_text_is_between_its_ends(rows: list[list[int]]) -> None:
    packing = Packing(rows)
    begins = [0, *packing.ends.tolist()[:-1]]
    for row, begin, end, last in zip(rows, begins, packing.ends.tolist(), packing.last.tolist(), strict=True):
        assert packing.ids[begin:end].tolist() == row
        assert packing.positions[begin:end].tolist() == list(range(len(row)))
        assert last == end - 1
    assert len(packing.ids) == len(packing.positions) == sum(map(len, rows))


@given(rows=ROWS)
def test_groups_are_the_texts_in_order_each_of_one_length(rows: list[list[int]]) -> None:
    packing = Packing(rows)
    dense = [packing.ids[g.tokens].view(g.count, g.length).tolist() for g in packing.groups]
    assert [text for group in dense for text in group] == rows
    neighbours = list(zip(packing.groups, packing.groups[1:], strict=False))
    assert all(one.length != other.length for one, other in neighbours)


@given(rows=ROWS)
def test_sorted_texts_make_a_group_a_length(rows: list[list[int]]) -> None:
    groups = Packing(sorted(rows, key=len)).groups
    assert len(groups) == len({len(row) for row in rows})


def test_types_are_those_that_the_kernels_take() -> None:
    packing = Packing([[7, 8], [9]])
    assert packing.ids.dtype == packing.positions.dtype == packing.last.dtype == torch.int64
    assert packing.ends.dtype.name == "int64"
    assert packing.groups == (Group(slice(0, 2), 1, 2), Group(slice(2, 3), 1, 1))
