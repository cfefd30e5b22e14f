"""The sample file: what is planted in it is there, and nothing else is wrong by its own account."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from itertools import combinations

from rapidfuzz import fuzz

from core.evaluation.dataset_service import SAMPLE
from core.settings import ROOT

ROWS = {row["id"]: row for row in csv.DictReader(io.StringIO(SAMPLE.read_text(encoding="utf-8")))}
PLANTED = json.loads((ROOT / "tests/samples/bank_messages.json").read_text(encoding="utf-8"))


def test_it_is_as_large_and_as_mixed_as_it_says() -> None:
    labels = Counter(row["label"] for row in ROWS.values())
    assert len(ROWS) >= 300
    assert len(labels) == 78
    assert labels.pop("out_of_scope") == len(PLANTED["out_of_scope"])
    assert min(labels.values()) >= 3
    assert {ROWS[i]["label"] for i in PLANTED["out_of_scope"]} == {"out_of_scope"}
    assert len({row["text"] for row in ROWS.values()}) == len(ROWS)


def test_wrong_labels_are_wrong_and_right_ones_are_labels() -> None:
    wrong = PLANTED["wrong_labels"]
    labels = {row["label"] for row in ROWS.values()}
    assert len(wrong) >= 20
    assert all(right in labels and ROWS[i]["label"] != right for i, right in wrong.items())


def test_near_duplicates_are_the_only_ones() -> None:
    pairs = {frozenset(pair) for pair in PLANTED["near_duplicates"]}
    alike = {frozenset((a, b)) for a, b in combinations(ROWS, 2) if fuzz.ratio(ROWS[a]["text"], ROWS[b]["text"]) >= 85}
    assert len(pairs) >= 10
    assert alike == pairs
    assert all(len({ROWS[i]["label"] for i in pair}) == 1 for pair in pairs)


def test_the_weak_slice_and_the_others_do_not_overlap() -> None:
    weak = PLANTED["weak_slice"]
    slices = [
        {i for i, row in ROWS.items() if row[weak["column"]] == weak["value"]},
        set(PLANTED["wrong_labels"]),
        set(PLANTED["out_of_scope"]),
        set(PLANTED["hard"]),
    ]
    assert 30 <= len(slices[0]) <= 60
    assert not any(a & b for a, b in combinations(slices, 2))
