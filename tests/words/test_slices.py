"""Slices in words: what their rows have in common, and the sentence on top."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.results.slices import Condition, Slice, SliceKind, SliceReport
from core.words import slices as words

CLASSES = ("card_arrival", "pin_blocked")
NONE = np.zeros(0, np.int64)


def made(*conditions: Condition) -> Slice:
    kind = conditions[0].kind if len(conditions) == 1 else SliceKind.PAIR
    return Slice(kind, conditions, 34, 14, 0.26, 0.58, 0.789, 1e-5, 0.002, True, NONE)


VOICE = Condition(SliceKind.COLUMN, "channel", "voice")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (VOICE, "channel is 'voice'"),
        (Condition(SliceKind.COLUMN, "channel"), "channel is empty"),
        (Condition(SliceKind.COLUMN, "amount", above=1.5, most=20), "amount above 1.5 up to 20"),
        (Condition(SliceKind.COLUMN, "amount", above=20), "amount above 20"),
        (Condition(SliceKind.LENGTH, most=6), "up to 6 words"),
        (Condition(SliceKind.LENGTH, above=6, most=11), "7 to 11 words"),
        (Condition(SliceKind.LENGTH, above=6, most=7), "7 words"),
        (Condition(SliceKind.LENGTH, above=22), "23 words or more"),
        (Condition(SliceKind.LABEL, value="card_arrival"), "label is 'Card arrival'"),
        (Condition(SliceKind.VERDICT, value="pin_blocked"), "verdict is 'Pin blocked'"),
        (Condition(SliceKind.KEYWORD, value="um"), "has the word 'um'"),
        (Condition(SliceKind.FORM, value="digits"), "has a digit"),
        (Condition(SliceKind.CONFIDENCE, above=0.5, most=0.8), "probability 50 to 80 %"),
        (Condition(SliceKind.CONFIDENCE, above=0.0, most=0.5), "probability 0 to 50 %"),
        (Condition(SliceKind.MATCH, "regex", "^a"), "matches '^a'"),
        (Condition(SliceKind.MATCH, value="a"), "contains 'a'"),
    ],
)
def test_what_rows_have_in_common(condition: Condition, said: str) -> None:
    assert words.name(made(condition), CLASSES) == said


def test_the_sentence() -> None:
    report = SliceReport((made(VOICE),), 346, 246, 412, 1, 2, 10)
    assert words.lead(report, CLASSES) == (
        "Clearest weakness: channel is 'voice', right on 41.2\u00a0% of 34 rows, elsewhere 78.9\u00a0% "
        "(1 of 412 slices is weaker than chance allows)."
    )
    assert "2 slices with the rows of a clearer one are left out" in words.basis(report)
    none = replace(report, weak=0)
    assert words.lead(none, CLASSES) == "No slice of 10 rows or more is weaker than chance allows (412 tried)."
    assert "none of them is significant" in words.basis(none)
    assert "there is no slice" in words.lead(replace(none, tried=0), CLASSES)


def test_a_pair_may_be_significant_for_one_of_its_parts_alone() -> None:
    pair = made(VOICE, Condition(SliceKind.LENGTH, most=6))
    assert words.heading(pair, CLASSES) == "34 rows, 20 wrong: channel is 'voice' and up to 6 words"
    said = [words.row(found, CLASSES)["Weak"] for found in (pair, replace(pair, weak=False))]
    assert said == ["weak", "like its parts"]
    assert words.row(replace(pair, weak=False, adjusted=0.2), CLASSES)["Weak"] == ""
    assert words.row(replace(pair, weak=False, elsewhere=0.3), CLASSES)["Weak"] == ""


def test_a_search_of_ones_own() -> None:
    own = made(Condition(SliceKind.MATCH, value="a"))
    assert words.matched(own, CLASSES).startswith("34 rows whose text contains 'a': right on 41.2\u00a0% (26.0 to 58.0")
    assert words.matched(replace(own, count=0, right=0), CLASSES) == "No labelled row contains 'a'."
    assert "every labelled row" in words.matched(replace(own, elsewhere=None), CLASSES)


@pytest.mark.parametrize(
    ("p", "said"), [(None, "–"), (float("nan"), "–"), (1e-9, "< 0.001"), (0.0314, "0.031"), (1, "1.000")]
)
def test_p_values(p: float | None, said: str) -> None:
    assert words.p_value(p) == said
