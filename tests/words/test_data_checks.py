"""Warnings about the data in words; rows are counted from 1."""

from __future__ import annotations

from dataclasses import replace

from core.results.data_checks import DataChecks, RowPair, TokenChecks
from core.words import data_checks as words

CLASSES = ("card_arrival", "pin_blocked", "top_up")
PAIR = RowPair(0, 8, 0.9)
FINE = DataChecks(
    *(200, 200, (), 0, ("card_arrival", 80), 70.0, (), 0, 0, (), 0, (), 0, (), 0, 60, 200, 200, True),
)


def test_where_nothing_is_wrong_it_says_what_was_looked_for() -> None:
    assert words.warnings(FINE, CLASSES) == []
    assert words.nothing_found(FINE).startswith("Looked for and not found: labels that contradict one another")


def test_every_warning_has_its_count_and_its_rows() -> None:
    found = replace(
        FINE,
        labelled=90,
        few=(("pin_blocked", 2),),
        without=1,
        largest=("card_arrival", 80),
        median=10.0,
        exact=((2, 5, 6),),
        exact_groups=1,
        exact_rows=3,
        near=(PAIR,) * 6,
        near_pairs=6,
        conflicts=(PAIR,),
        conflict_pairs=1,
        long=((11, 300),),
        long_rows=1,
        compared=150,
    )
    said = words.warnings(found, CLASSES)
    assert [sentence.split(":")[0] for sentence in said[:-1]] == [
        *("Conflicting labels", "Duplicates", "Near-duplicates", "Few rows", "Few rows of a class", "Imbalance"),
        "Very long texts",
    ]
    conflicts, exact, near, _, few, imbalance, long, compared = said
    assert "1 pair " in conflicts
    assert conflicts.endswith("Rows 1 and 9.")
    assert exact.endswith("Rows 3, 6 and 7.")
    assert near.endswith("; 1 and 9 and 1 more pair.")
    assert "1 of 3 classes has fewer than 5: 'Pin blocked' (2). 1 more has none." in few
    assert "8.0 times the median class (10)" in imbalance
    assert "row 12 (300)" in long
    assert "150 of 200" in compared
    assert words.nothing_found(found) == ""


def test_why_a_pair_is_listed() -> None:
    found = replace(FINE, conflicts=(PAIR,))
    assert words.kind(PAIR, found) == "different labels"
    assert words.kind(RowPair(1, 2, 0.8), found) == "near-duplicate"
    assert words.kind(RowPair(1, 2, 1.0), found) == "same text"


def test_where_too_many_are_alike_a_count_is_a_bound() -> None:
    said = words.warnings(replace(FINE, near=(PAIR,), near_pairs=1, complete=False), CLASSES)
    assert "at least 1 pair" in said[0]
    assert said[-1].startswith("So many texts are alike")


def test_what_the_tokenizer_does_not_know_and_what_is_cut() -> None:
    read = TokenChecks(((4, 2), (0, 1)), 2, 3, 1200, (("✓", 2), ("字" * 30, 1)), ((7, 300),), 1, 128)
    unknown, cut = words.warnings(replace(FINE, read=read), CLASSES)
    assert unknown.startswith("Unknown to the tokenizer: 3 tokens of 1,200, in 2 rows")
    assert f"'✓' (2), '{'字' * 20}' (1). Rows 5, 1." in unknown
    assert cut == "Cut texts: of 1 row the model reads 128 tokens and no more: row 8 (300)."
    fine = TokenChecks((), 0, 0, 1200, (), (), 0, 128)
    assert words.warnings(replace(FINE, read=fine), CLASSES) == []
    said = words.nothing_found(replace(FINE, read=fine))
    assert said.endswith("very long texts, tokens that the model does not know, texts that are cut.")
