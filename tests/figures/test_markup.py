"""Which way a text runs, and sentences that quote it."""

from __future__ import annotations

import pytest

from core.figures.markup import direction, quoting


@pytest.mark.parametrize(
    ("text", "expected"),
    [("card", "ltr"), ("", "ltr"), ("123 ?!", "ltr"), ("أين card", "rtl"), ("12, בית", "rtl"), ("a أين", "ltr")],
)
def test_the_first_letter_says_which_way_a_text_runs(text: str, expected: str) -> None:
    assert direction(text) == expected


def test_a_sentence_runs_from_left_to_right_whatever_it_quotes() -> None:
    assert quoting("'أين' & <b>") == '<span dir="ltr">&#x27;<bdi>أين</bdi>&#x27; &amp; &lt;b&gt;</span>'
