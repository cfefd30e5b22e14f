"""Slices that are to be tested, with the rows of each: conditions, and pairs of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation import slice_conditions as conditions
from core.evaluation.slice_conditions import Found
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.slices import Condition, SliceKind

#: Pairs of conditions that are tried, those with most rows; conditions that they are made of.
MOST_PAIRS, MOST_PARTS = 3000, 300


@dataclass(frozen=True)
class Candidates:
    """S candidates over M rows.

    Attributes:
        made: each one's kind and conditions.
        rows: (M, S) sparse, in columns: 1 where a row is in a slice.
        parts: (S, 2) of a pair the candidates that it joins, otherwise itself twice.
    """

    made: list[tuple[SliceKind, tuple[Condition, ...]]]
    rows: Any
    parts: NDArray[np.int64]


def candidates(
    result: DatasetEvaluation,
    known: NDArray[np.int64],
    texts: Sequence[str],
    cells: Mapping[str, Sequence[str]],
    least: int,
    tokens: NDArray[np.int64] | None = None,
) -> Candidates:
    """Every slice to be tested: single conditions, then pairs of conditions on different columns or the length.

    tokens: (M,) of each text, where a tokenizer is at hand.
    """
    from scipy.sparse import csc_matrix, hstack

    total = len(known)
    pairable: list[Found] = [*conditions.columns(cells), *conditions.lengths(texts)]
    singles: list[Found] = [
        *pairable,
        *conditions.classes(SliceKind.LABEL, result.actual[known], result.classes),
        *conditions.forms(texts),
        *conditions.keywords(texts, least),
        *([] if tokens is None else conditions.pieces(texts, tokens)),
    ]
    singles = [(c, rows) for c, rows in singles if least <= len(rows) <= total - least]
    ends = np.cumsum([0, *(len(rows) for _, rows in singles)])
    flat = np.concatenate([np.zeros(0, np.int64), *(rows for _, rows in singles)])
    matrix = csc_matrix((np.ones(len(flat), np.int32), flat, ends), shape=(total, len(singles)))
    made: list[tuple[SliceKind, tuple[Condition, ...]]] = [(c.kind, (c,)) for c, _ in singles]
    parts = np.repeat(np.arange(len(singles))[:, None], 2, axis=1)
    joined = [i for i, (c, _) in enumerate(singles) if c.kind in (SliceKind.COLUMN, SliceKind.LENGTH)]
    joined = sorted(sorted(joined, key=lambda i: -len(singles[i][1]))[:MOST_PARTS])
    chosen = _pairs(matrix, [singles[i][0] for i in joined], np.array(joined, np.int64), least)
    if len(chosen):
        both = matrix[:, chosen[:, 0]].multiply(matrix[:, chosen[:, 1]]).tocsc()
        both.sort_indices()
        matrix = hstack([matrix, both], format="csc")
        made += [(SliceKind.PAIR, (singles[i][0], singles[j][0])) for i, j in chosen]
        parts = np.concatenate([parts, chosen])
    return Candidates(made, matrix, parts)


def _pairs(matrix: Any, parts: list[Condition], at: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """(P, 2) candidates whose common rows are many enough, of different subjects; the largest."""
    if not len(at):
        return np.zeros((0, 2), np.int64)
    some = matrix[:, at]
    common = (some.T @ some).toarray()
    subjects = {s: i for i, s in enumerate(dict.fromkeys((c.kind, c.subject) for c in parts))}
    subject = np.array([subjects[c.kind, c.subject] for c in parts])
    sizes = np.diagonal(common)
    # Common rows that are all rows of one of the two make no new slice.
    new = (common >= least) & (common < np.minimum(sizes[:, None], sizes[None, :]))
    i, j = np.nonzero(np.triu(new & (subject[:, None] != subject[None, :]), 1))
    first = np.argsort(-common[i, j], kind="stable")[:MOST_PAIRS]
    return np.stack([at[i[first]], at[j[first]]], axis=1)
