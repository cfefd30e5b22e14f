"""The diff gives both texts back whole, whatever is in them; the comparison is the two predictions."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.explain import two_texts
from core.explain.explainer import Explainer
from core.explain.text_units import character_starts, cut
from core.explain.two_texts import diff
from core.results import Edit, Selection, spans

#: Letters, spaces of three kinds, combining marks, joined emoji, a flag, right to left, a script without spaces.
PIECES = (
    "a",
    "no",
    "card",
    " ",
    "  ",
    "\n",
    "\u00a0",
    "e\u0301",
    "\u0301",
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "🇫🇷",
    "שלום",
    "\u202e",
    "東京",
    "ไทย",
    "<b>",
    "&amp;",
    "\ud800",
    "\x00",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=30)
WORDS = st.lists(st.sampled_from(("no", "card", "yes", "fee")), max_size=12).map(" ".join)


def rebuilt(edits: list[Edit]) -> tuple[str, str]:
    return "".join(e.before for e in edits), "".join(e.after for e in edits)


@given(TEXTS, TEXTS)
def test_the_diff_gives_both_texts_back(a: str, b: str) -> None:
    edits = diff(a, b)
    assert rebuilt(edits) == (a, b)
    for edit in edits:
        assert (edit.before == edit.after) == (edit.kind == "same")
        assert bool(edit.before) == (edit.kind != "added")
        assert bool(edit.after) == (edit.kind != "removed")
    assert all(x.kind != y.kind for x, y in itertools.pairwise(edits))


@given(TEXTS, TEXTS)
def test_no_visible_character_is_cut(a: str, b: str) -> None:
    edits = diff(a, b)
    for text, side in ((a, "before"), (b, "after")):
        starts = character_starts(text)
        for begin, end, _ in spans(tuple(edits), side):  # type: ignore[arg-type]
            assert starts[begin] == begin
            assert end == len(text) or starts[end] == end


@given(WORDS, WORDS)
def test_what_is_kept_is_a_common_subsequence_of_words(a: str, b: str) -> None:
    kept = [word for e in diff(a, b) if e.kind == "same" for word in e.before.split()]
    for text in (a, b):
        words = iter(text.split())
        assert all(word in words for word in kept), "the kept words stand in both texts, in order"


@given(TEXTS)
def test_equal_texts_have_no_edit(text: str) -> None:
    assert diff(text, text) == ([Edit("same", text, text)] if text else [])
    assert "".join(cut(text)) == text


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("one two three", "one three", [("same", "one ", "one "), ("removed", "two ", ""), ("same", "three", "three")]),
        ("no no", "no no no", [("same", "no no", "no no"), ("added", "", " no")]),
        ("a card", "a bill", [("same", "a ", "a "), ("replaced", "card", "bill")]),
        ("👩\u200d👩 x", "👩\u200d👧 x", [("replaced", "👩\u200d👩", "👩\u200d👧"), ("same", " x", " x")]),
        ("", "new", [("added", "", "new")]),
    ],
)
def test_edits_are_by_word(a: str, b: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(e.kind, e.before, e.after) for e in diff(a, b)] == expected


def test_very_long_texts_are_not_searched_word_by_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_texts, "MOST_PAIRS", 6)
    edits = diff("x a b c y", "x c b a y")
    assert [e.kind for e in edits] == ["same", "replaced", "same"]
    assert rebuilt(edits) == ("x a b c y", "x c b a y")


def test_the_comparison_is_the_two_predictions(explainer: Explainer) -> None:
    selection, a, b = Selection("llama", "attention"), "My card has not arrived.", "My card was stolen, help!"
    found = explainer.two_texts(selection, a, b)
    first, second = explainer.engine.classify(selection, [a])[0], explainer.engine.classify(selection, [b])[0]
    np.testing.assert_allclose(found.change, np.array(second.probabilities) - np.array(first.probabilities))
    np.testing.assert_allclose(found.logit_change, np.array(second.logits) - np.array(first.logits))
    assert found.verdicts == (first.label, second.label)
    sizes = np.abs(found.change)[found.leading(99)]
    assert list(sizes) == sorted(sizes, reverse=True)
    assert "".join(e.before for e in found.edits) == a
    assert re.sub(r"\s+", " ", "".join(e.after for e in found.edits)) == b
    assert explainer.two_texts(selection, a, b) is found
