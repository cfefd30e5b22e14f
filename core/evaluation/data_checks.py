"""Warnings about a dataset itself: too few rows, rows that are there twice, labels that contradict one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.evaluation.near_duplicates import NearDuplicates, near_duplicates, normalised
from core.results.data_checks import DataChecks, RowPair, TokenChecks
from core.results.dataset_evaluation import DatasetEvaluation

if TYPE_CHECKING:
    from core.engine.text_tokens import TextTokens

#: Findings of each sort that a result holds.
MOST = 1000
#: A class with fewer rows has few.
FEW = 5
#: Texts with more words than the third quartile plus so many interquartile ranges are very long (Tukey 1977).
FAR_OUT = 3.0


def data_checks(
    result: DatasetEvaluation, texts: Sequence[str], labels: Sequence[str], tokens: TextTokens | None = None
) -> DataChecks:
    """Findings about the answered rows.

    Args:
        result: N answered rows.
        texts: (N,) their texts.
        labels: (N,) their labels as written, blank where a row has none.
        tokens: what the model's tokenizer makes of the texts, where it is at hand.
    """
    rows, support = result.rows, np.bincount(result.actual[result.labelled], minlength=len(result.classes))
    groups = _groups(texts)
    near = near_duplicates(list(groups))
    members = list(groups.values())
    means = [_meaning(result, i, label) for i, label in enumerate(labels)]
    conflicts = [*_within(members, means), *_between(members, near, means)]
    exact = [group for group in members if len(group) > 1]
    words = np.array([len(text.split()) for text in texts], np.int64)
    fence = _fence(words)
    long = np.where(words > fence, words, 0)
    seen, largest = support[support > 0], int(support.argmax())
    few = sorted(((name, int(n)) for name, n in zip(result.classes, support, strict=True) if 0 < n < FEW), key=_second)
    first = [members[i][0] for i in range(len(members))]
    return DataChecks(
        rows=len(rows),
        labelled=result.measured,
        few=tuple(few),
        without=int((support == 0).sum()),
        largest=(result.classes[largest], int(support[largest])) if len(seen) else None,
        median=float(np.median(seen)) if len(seen) else 0.0,
        exact=tuple(tuple(int(rows[i]) for i in group) for group in exact[:MOST]),
        exact_groups=len(exact),
        exact_rows=sum(len(group) for group in exact),
        near=tuple(
            RowPair(int(rows[first[i]]), int(rows[first[j]]), float(s))
            for (i, j), s in zip(near.pairs[:MOST].tolist(), near.jaccard[:MOST].tolist(), strict=True)
        ),
        near_pairs=len(near.pairs),
        conflicts=tuple(RowPair(int(rows[i]), int(rows[j]), s) for i, j, s in conflicts[:MOST]),
        conflict_pairs=len(conflicts),
        long=_largest(rows, long),
        long_rows=int((long > 0).sum()),
        long_from=fence,
        compared=near.compared,
        distinct=len(members),
        complete=near.complete,
        read=None if tokens is None else _read(rows, tokens),
    )


def _read(rows: NDArray[np.int64], tokens: TextTokens) -> TokenChecks:
    """Rows with unknown tokens, and those that are cut."""
    unknown, cut = tokens.unknown, np.where(tokens.total > tokens.most, tokens.total, 0)
    return TokenChecks(
        unknown=_largest(rows, unknown),
        unknown_rows=int((unknown > 0).sum()),
        unknown_tokens=int(unknown.sum()),
        tokens=int(tokens.pieces.sum()),
        parts=tuple(tokens.unknown_parts.most_common(MOST)),
        cut=_largest(rows, cut),
        cut_rows=int((cut > 0).sum()),
        most=tokens.most,
    )


def _largest(rows: NDArray[np.int64], counts: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """Rows with a count, the largest first."""
    order = np.argsort(-counts, kind="stable")[: min(MOST, int((counts > 0).sum()))]
    return tuple((int(rows[i]), int(counts[i])) for i in order)


def _groups(texts: Sequence[str]) -> dict[str, list[int]]:
    """Places of each normalised text, in the order in which they come."""
    groups: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        groups.setdefault(normalised(text), []).append(i)
    return groups


def _meaning(result: DatasetEvaluation, place: int, written: str) -> str:
    """The class that a label means, or the label itself where the model has no such class."""
    return result.classes[result.actual[place]] if result.actual[place] >= 0 else written.strip()


def _within(members: list[list[int]], means: Sequence[str]) -> list[tuple[int, int, float]]:
    """Two rows of one text with different labels, from each text that has such."""
    found = []
    for group in members:
        known = [i for i in group if means[i]]
        other = next((i for i in known if means[i] != means[known[0]]), None)
        if other is not None:
            found.append((known[0], other, 1.0))
    return found


def _between(members: list[list[int]], near: NearDuplicates, means: Sequence[str]) -> list[tuple[int, int, float]]:
    """Near-duplicates that have labels and none in common."""
    found = []
    for (a, b), s in zip(near.pairs.tolist(), near.jaccard.tolist(), strict=True):
        one, two = ([i for i in members[group] if means[i]] for group in (a, b))
        if one and two and not {means[i] for i in one} & {means[i] for i in two}:
            found.append((one[0], two[0], s))
    return found


def _fence(words: NDArray[np.int64]) -> int:
    """Words up to which a text is not very long."""
    low, high = np.quantile(words, [0.25, 0.75])
    return int(high + FAR_OUT * max(1.0, high - low))


def _second(item: tuple[str, int]) -> tuple[int, str]:
    return item[1], item[0]
