"""Slices of a dataset: which are less accurate than the rest by more than chance allows, and each of them once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation import slice_conditions as conditions
from core.evaluation.slice_candidates import Candidates, candidates
from core.metrics.intervals import wilson
from core.metrics.two_by_two import p_values
from core.results.dataset_evaluation import DatasetEvaluation
from core.results.slices import Condition, Slice, SliceKind, SliceReport

LEVEL = 0.05
#: Two slices with a larger Jaccard index of their rows are the same.
SAME = 0.9
#: Slices of each kind in a report, and the best that are compared with one another.
MOST_OF_A_KIND, MOST_COMPARED = 200, 2000


def slice_report(
    result: DatasetEvaluation,
    texts: Sequence[str],
    cells: Mapping[str, Sequence[str]],
    least: int = 10,
    tokens: NDArray[np.int64] | None = None,
) -> SliceReport:
    """All slices of the labelled rows.

    Args:
        result: N answered rows.
        texts: (N,) their texts.
        cells: (N,) cells of each other column of the file.
        least: rows that a slice, and what lies outside of it, has at least.
        tokens: (N,) tokens of each text itself, where the model's tokenizer is at hand.
    """
    known = np.flatnonzero(result.labelled)
    right = result.right[known].astype(np.int64)
    read = [texts[i] for i in known.tolist()]
    others = {name: [column[i] for i in known.tolist()] for name, column in cells.items()}
    tried = candidates(result, known, read, others, least, None if tokens is None else tokens[known])
    count, good = _counts(tried.rows, right)
    outside, good_outside = len(known) - count, right.sum() - good
    p = p_values(good, count, good_outside, outside)
    adjusted = _adjusted(p)
    lower = good * outside < good_outside * count
    weak = lower & (adjusted <= LEVEL) & _beyond_its_parts(tried, count, good)
    equal = good * outside == good_outside * count
    signed = np.where(lower, p, np.where(equal, 1.0, 2 - p))
    order = np.lexsort((np.arange(len(p)), good / np.maximum(count, 1), signed, ~weak))
    kept, same = _distinct(tried.rows, count, order)
    per_kind: dict[SliceKind, int] = {}
    slices = []
    for i in kept:
        kind, made = tried.made[i]
        per_kind[kind] = per_kind.get(kind, 0) + 1
        if per_kind[kind] <= MOST_OF_A_KIND or weak[i]:
            rows = tried.rows.indices[tried.rows.indptr[i] : tried.rows.indptr[i + 1]]
            tests = (float(p[i]), float(adjusted[i]), bool(weak[i]))
            slices.append(_slice(kind, made, known[rows], right[rows], right, tests))
    untested = _untested(result, known, right, least)
    return SliceReport(
        (*slices, *untested), len(known), int(right.sum()), len(p), sum(s.weak for s in slices), same, least
    )


def slice_of(result: DatasetEvaluation, condition: Condition, fulfilled: NDArray[np.bool_]) -> Slice:
    """The labelled rows that fulfil a condition that a person chose, with one test of its own.

    Args:
        result: N answered rows.
        condition: what they have in common.
        fulfilled: (N,) whether each answered row does.
    """
    known = np.flatnonzero(result.labelled)
    right = result.right[known].astype(np.int64)
    rows = np.flatnonzero(fulfilled[known])
    good, count = right[rows].sum(), len(rows)
    p = p_values(*(np.array([x]) for x in (good, count, right.sum() - good, len(known) - count)))
    tests = (float(p[0]) if 0 < count < len(known) else None, None, False)
    return _slice(condition.kind, (condition,), known[rows], right[rows], right, tests)


def _counts(rows: Any, right: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(S,) rows of each slice, and those that are right."""
    return np.diff(rows.indptr).astype(np.int64), np.asarray(rows.T @ right, np.int64)


def _adjusted(p: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """False discovery rates (Benjamini and Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(p)) if len(p) else p


def _beyond_its_parts(tried: Candidates, count: NDArray[np.int64], good: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(S,) whether a pair is less accurate than the other rows of each of its parts; True of single conditions."""
    beyond = np.ones(len(count), bool)
    pairs = np.flatnonzero(tried.parts[:, 0] != tried.parts[:, 1])
    for part in tried.parts[pairs].T:
        rest, good_rest = count[part] - count[pairs], good[part] - good[pairs]
        p = p_values(good[pairs], count[pairs], good_rest, rest)
        beyond[pairs] &= (p <= LEVEL) & (good[pairs] * rest < good_rest * count[pairs])
    return beyond


def _distinct(rows: Any, count: NDArray[np.int64], order: NDArray[np.int64]) -> tuple[list[int], int]:
    """The best slices without those that are the same as a better one, and how many were left out."""
    best = order[:MOST_COMPARED]
    if not len(best):
        return [], 0
    common = (rows[:, best].T @ rows[:, best]).tocoo()
    size = count[best]
    jaccard = common.data / (size[common.row] + size[common.col] - common.data)
    alike = (jaccard > SAME) & (common.row < common.col)
    better: dict[int, list[int]] = {}
    for i, j in zip(common.row[alike].tolist(), common.col[alike].tolist(), strict=True):
        better.setdefault(j, []).append(i)
    out: set[int] = set()
    for j in sorted(better):
        if any(i not in out for i in better[j]):
            out.add(j)
    return [int(i) for place, i in enumerate(best) if place not in out], len(out)


def _untested(result: DatasetEvaluation, known: NDArray[np.int64], right: NDArray[np.int64], least: int) -> list[Slice]:
    """By verdict and by confidence, the least accurate first."""
    verdicts = conditions.classes(SliceKind.VERDICT, result.predicted[known], result.classes)
    bands = conditions.bands(result.probability[known])
    made = [
        _slice(c.kind, (c,), known[rows], right[rows], right, (None, None, False))
        for c, rows in chain(verdicts, bands)
        if len(rows) >= least
    ]
    return sorted(made, key=lambda found: found.accuracy)


def _slice(
    kind: SliceKind,
    made: tuple[Condition, ...],
    places: NDArray[np.int64],
    here: NDArray[np.int64],
    right: NDArray[np.int64],
    tests: tuple[float | None, float | None, bool],
) -> Slice:
    count, good, rest = len(places), int(here.sum()), len(right) - len(places)
    elsewhere = (int(right.sum()) - good) / rest if rest else None
    interval = wilson(good, count)
    return Slice(kind, made, count, good, interval.low, interval.high, elsewhere, *tests, places)
