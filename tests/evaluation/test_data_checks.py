"""Warnings about the data: on the sample file, and on tables with one fault each."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import numpy as np

from core.engine.text_tokens import TextTokens
from core.evaluation.data_checks import data_checks
from core.evaluation.dataset_service import SAMPLE
from core.results.data_checks import DataChecks
from core.results.dataset_evaluation import NO_CLASS
from core.settings import ROOT
from tests.evaluation.test_classes import evaluation

LONG = "when i try to pay at the counter of the shop the machine says that my card is declined"


def checked(texts: list[str], labels: list[str]) -> DataChecks:
    actual = np.array(["abcdef".find(label) if label else NO_CLASS for label in labels], np.int32)
    return data_checks(evaluation(np.eye(6)[np.zeros(len(texts), int)], actual), texts, labels)


def test_the_near_duplicates_of_the_sample_are_found_and_nothing_else() -> None:
    rows = list(csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
    planted = json.loads((ROOT / "tests/samples/bank_messages.json").read_text(encoding="utf-8"))
    found = checked([row["text"] for row in rows], ["" for _ in rows])
    pairs = {frozenset((rows[pair.first]["id"], rows[pair.second]["id"])) for pair in found.near}
    assert pairs == {frozenset(pair) for pair in planted["near_duplicates"]}
    assert found.near_pairs == len(pairs)
    assert (found.exact_groups, found.conflict_pairs, found.long_rows, found.complete) == (0, 0, 0, True)


def test_texts_that_are_the_same_but_for_case_and_white_space() -> None:
    found = checked(["Where is  it?", "where is it?", "other", "WHERE IS IT?"], ["a"] * 4)
    assert found.exact == ((0, 1, 3),)
    assert (found.exact_groups, found.exact_rows, found.near_pairs, found.distinct) == (1, 3, 0, 2)


def test_labels_that_contradict_one_another() -> None:
    texts = ["same", "Same", LONG, f"{LONG}!", "same", f"{LONG}?"]
    found = checked(texts, ["a", "b", "c", "d", "a", ""])
    assert {(pair.first, pair.second) for pair in found.conflicts} == {(0, 1), (2, 3)}
    assert found.conflict_pairs == 2
    assert checked(texts, ["a", "", "c", "c", "a", ""]).conflict_pairs == 0
    unknown = checked(["same", "Same"], ["weather", "sport"])
    assert (unknown.labelled, unknown.conflict_pairs) == (0, 1)


def test_few_rows_and_imbalance() -> None:
    found = checked([f"t{i}" for i in range(20)], [*"a" * 12, *"b" * 5, *"c" * 3])
    assert found.few == (("c", 3),)
    assert (found.without, found.largest, found.median, found.labelled) == (3, ("a", 12), 5.0, 20)


def test_very_long_texts_are_far_beyond_the_others() -> None:
    found = checked(["three words here"] * 20 + ["w " * 300, "w " * 500], ["a"] * 22)
    assert found.long == ((21, 500), (20, 300))
    assert found.long_rows == 2
    assert 3 < found.long_from < 300


def test_nothing_is_labelled() -> None:
    found = checked(["a", "b"], ["", ""])
    assert (found.largest, found.median, found.few) == (None, 0.0, ())


def test_unknown_tokens_and_texts_that_are_cut_are_listed_by_their_rows() -> None:
    tokens = TextTokens(
        np.array([5, 9, 4]), np.array([6, 10, 5]), np.array([0, 1, 3]), Counter({"✓": 3, "x": 1}), most=6
    )
    labels = np.zeros(3, np.int32)
    read = data_checks(evaluation(np.eye(6)[labels], labels), ["a", "b", "c"], ["a"] * 3, tokens).read
    assert read is not None
    assert read.unknown == ((2, 3), (1, 1))
    assert (read.unknown_rows, read.unknown_tokens, read.tokens) == (2, 4, 18)
    assert read.parts == (("✓", 3), ("x", 1))
    assert (read.cut, read.cut_rows, read.most) == (((1, 10),), 1, 6)
