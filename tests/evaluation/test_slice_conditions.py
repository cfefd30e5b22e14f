"""Conditions against counting row by row."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation import slice_conditions as conditions
from core.results.dataset_evaluation import NO_CLASS
from core.results.slices import SliceKind, TextForm

TEXTS = st.lists(st.text(st.sampled_from("aAbß é1?.\n"), max_size=30), min_size=1, max_size=60)


@given(TEXTS)
def test_bins_of_length_hold_every_text_once(texts: list[str]) -> None:
    found = list(conditions.lengths(texts))
    words = [len(text.split()) for text in texts]
    assert len(found) <= conditions.LENGTH_BINS
    assert (len(found) == 0) == (len(set(words)) == 1)
    for condition, rows in found:
        above = -1 if condition.above is None else condition.above
        most = np.inf if condition.most is None else condition.most
        assert rows.tolist() == [i for i, n in enumerate(words) if above < n <= most]
        assert len(rows)
    if found:
        assert sorted(np.concatenate([rows for _, rows in found]).tolist()) == list(range(len(texts)))


@given(TEXTS, st.integers(1, 5))
def test_keywords_stand_in_enough_texts_and_in_half_at_most(texts: list[str], least: int) -> None:
    found = {c.value: rows.tolist() for c, rows in conditions.keywords(texts, least)}
    words = [set(re.findall(r"[^\W_]+", text.lower())) for text in texts]
    rows = {w: [i for i, some in enumerate(words) if w in some] for w in set().union(*words)}
    assert found == {w: at for w, at in rows.items() if least <= len(at) <= len(texts) / 2 and len(w) > 1}


def test_columns_by_value_by_quartile_or_not_at_all() -> None:
    cells = {
        "channel": ["app", " app ", "", "voice"] * 30,
        "amount": [str(i / 2) for i in range(120)],
        "id": [f"m{i}" for i in range(120)],
        "same": ["x"] * 120,
    }
    found = [(c.subject, c.value, c.above, c.most, len(rows)) for c, rows in conditions.columns(cells)]
    assert found[:3] == [
        ("channel", "app", None, None, 60),
        ("channel", "", None, None, 30),
        ("channel", "voice", None, None, 30),
    ]
    assert [n for *_, n in found[3:]] == [30] * 4
    assert {name for name, *_ in found} == {"channel", "amount"}


def test_forms() -> None:
    texts = ["PIN 4?", "pin", "ÉTÉ", "naïve…", "—"]
    found = {c.value: rows.tolist() for c, rows in conditions.forms(texts)}
    assert found == {
        TextForm.DIGITS: [0],
        TextForm.QUESTION: [0],
        TextForm.CAPITALS: [0, 2],
        TextForm.NON_ASCII: [2, 3],
    }


def test_a_probability_at_a_bound_belongs_to_the_band_above() -> None:
    p = np.array([0.0, 0.5, 0.8, 0.9499, 0.95, 1.0, np.nan], np.float32)
    assert [rows.tolist() for _, rows in conditions.bands(p)] == [[0], [1], [2, 3], [4, 5]]


def test_rows_without_a_class_are_in_none() -> None:
    numbers = np.array([1, NO_CLASS, 0, 1], np.int32)
    found = [(c.value, rows.tolist()) for c, rows in conditions.classes(SliceKind.LABEL, numbers, ("a", "b", "c"))]
    assert found == [("a", [2]), ("b", [0, 3]), ("c", [])]


@given(st.lists(st.tuples(st.text(max_size=20), st.integers(0, 40)), min_size=1, max_size=30))
def test_tokens_a_word_part_all_rows_by_their_quotient(rows: list[tuple[str, int]]) -> None:
    texts, tokens = [text for text, _ in rows], np.array([number for _, number in rows])
    each = [round(number / max(1, len(text.split())), 2) for text, number in rows]
    found = list(conditions.pieces(texts, tokens))
    assert sorted(i for _, places in found for i in places.tolist()) == (list(range(len(rows))) if found else [])
    assert bool(found) == (len(set(each)) > 1)
    for condition, places in found:
        assert condition.kind is SliceKind.PIECES
        low = float("-inf") if condition.above is None else condition.above
        high = float("inf") if condition.most is None else condition.most
        assert all(low < each[i] <= high for i in places.tolist())
