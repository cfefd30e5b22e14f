"""English contractions: which are made, which are written out, and that one way leads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.contractions import PAIRS, contracted, written_out


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("I am here", "I'm here"),
        ("i am here", "i'm here"),
        ("I AM HERE", "I'M HERE"),
        ("It is late. What is wrong", "It's late. What's wrong"),
        ("do not go, DO NOT GO, Do not go", "don't go, DON'T GO, Don't go"),
        ("I cannot pay and will not try", "I can't pay and won't try"),
        ("I have lost it", "I've lost it"),
        ("They will come", "They'll come"),
    ],
)
def test_both_ways(long: str, short: str) -> None:
    assert contracted(long) == short
    assert written_out(short) == long
    assert written_out(short.replace("'", "’")) == long


@pytest.mark.parametrize("text", ["Yes, I am.", "I have a card", "this is odd", "Miami am", "canyou will"])
def test_what_has_no_short_form(text: str) -> None:
    assert contracted(text) == text


@pytest.mark.parametrize("text", ["it's been odd", "I'd pay", "the card's gone", "why isn't my card here", "don't you"])
def test_what_stands_for_something_else(text: str) -> None:
    assert written_out(text) == text


CASES = {"lower": str.lower, "upper": str.upper, "capital": str.capitalize}


@given(st.lists(st.tuples(st.sampled_from(sorted(PAIRS)), st.sampled_from(sorted(CASES))), min_size=1), st.booleans())
def test_there_and_back(forms: list[tuple[str, str]], curly: bool) -> None:
    """Every long form in any case, with a word behind it that leaves one meaning."""
    text = " and ".join(f"{CASES[case](form)} {'gone' if form.endswith('have') else 'late'}" for form, case in forms)
    short = contracted(text)
    assert short.count("'") == len(forms)
    assert written_out(short.replace("'", "’") if curly else short) == text


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert isinstance(contracted(text), str)
    assert isinstance(written_out(text), str)
    assert contracted(contracted(text)) == contracted(text)
