"""Searches by a person: what is found, and what is refused in time."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.text_match import MOST_SIGNS, matches
from core.results.slices import TextMatch

TEXTS = ["My card (new) is here", "a CARD", "Straße", "none"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TextMatch("card"), [True, True, False, False]),
        (TextMatch("(new)"), [True, False, False, False]),
        (TextMatch("STRASSE"), [False, False, True, False]),
        (TextMatch("card", regex=True), [True, False, False, False]),
        (TextMatch("(?i)^a|^n", regex=True), [False, True, False, True]),
    ],
)
def test_what_is_found(wanted: TextMatch, found: list[bool]) -> None:
    assert matches(TEXTS, wanted).tolist() == found


@given(st.text(max_size=MOST_SIGNS))
def test_any_regular_expression_is_searched_or_refused(written: str) -> None:
    with suppress(InputError):
        assert matches(TEXTS, TextMatch(written, regex=True)).shape == (4,)


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="no regular expression"):
        matches(TEXTS, TextMatch("(card", regex=True))
    with pytest.raises(InputError, match="201 signs"):
        matches(TEXTS, TextMatch("x" * 201))
    with pytest.raises(InputError, match="was stopped"):
        matches(["a" * 5000 + "!"] * 3, TextMatch("(a|aa)+$", regex=True), seconds=0.05)


def test_no_text() -> None:
    assert matches([], TextMatch("a", regex=True)).dtype == np.bool_
