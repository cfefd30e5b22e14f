"""Predictions into files, and back by other people's readers."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.data.predictions import as_record, write_predictions
from core.errors import InputError
from core.results import NOT_FINITE, Prediction, Token


def prediction(text: str = "hello you", *, problem: str = "single_label_classification") -> Prediction:
    p = (0.25, 0.75) if problem != "regression" else (math.nan, math.nan)
    tokens = (Token("<s>", 0, 0, "special"), Token(text[:5], 0, 5))
    return Prediction(text, "=b", problem, ("a", "=b"), (-1.0, 0.1), p, tokens, (0.5, 0.5), 5, 3)


def test_a_record_has_the_contracts_shape() -> None:
    assert as_record(prediction()) == {
        "text": "hello you",
        "label": "=b",
        "probabilities": {"a": 0.25, "=b": 0.75},
        "logits": {"a": -1.0, "=b": 0.1},
        "tokens": ["<s>", "hello"],
        "pooling_weights": [0.5, 0.5],
        "truncated": True,
        "kept_characters": 5,
        "kept_from": 0,
        "total_tokens": 3,
        "sureness": "between two",
    }
    assert as_record(prediction(problem="regression"))["sureness"] is None
    assert as_record(prediction(problem="multi_label_classification"))["sureness"] is None


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "jsonl"])
def test_verdicts_of_an_untrained_head_are_marked_in_every_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out.{suffix}"
    marked = replace(prediction(), untrained_head=True)
    assert as_record(marked) == {**as_record(prediction()), "sureness": None, "untrained_head": True}
    write_predictions(path, [marked, marked])
    match suffix:
        case "parquet":
            frame = pd.read_parquet(path)
        case "jsonl":
            frame = pd.read_json(path, lines=True)
        case _:
            frame = pd.read_csv(path, sep="," if suffix == "csv" else "\t")
    assert frame["untrained_head"].tolist() == [True, True]
    write_predictions(path, [prediction()])
    assert b"untrained_head" not in path.read_bytes()


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path, start: str) -> None:
    path = tmp_path / "out.csv"
    write_predictions(path, [prediction(start + " is a text")])
    with path.open(newline="", encoding="utf-8") as file:
        header, row = csv.reader(file)
    assert row[0] == f"'{start} is a text"
    assert row[1] == "'=b"
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in header + row)
    assert row[header.index("logit: a")] == "-1.0", "numbers stay numbers"


def test_parquet_and_json_lines_keep_the_text_as_it_is(tmp_path: Path) -> None:
    wanted = [prediction("=1+1 is\nshown"), prediction("שלום 🙂 x")]
    write_predictions(tmp_path / "out.parquet", wanted)
    frame = pd.read_parquet(tmp_path / "out.parquet")
    assert frame["text"].tolist() == [p.text for p in wanted]
    assert frame["probability: =b"].tolist() == [0.75, 0.75]
    write_predictions(tmp_path / "out.jsonl", wanted)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [as_record(p) for p in wanted]


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "jsonl"])
def test_regressions_surrogates_and_nothing_at_all_can_be_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out.{suffix}"
    write_predictions(path, [prediction("a \ud800 lone surrogate", problem="regression")])
    assert path.stat().st_size > 0
    if suffix == "jsonl":
        record = json.loads(path.read_text(encoding="utf-8"))
        assert record["text"] == "a \ud800 lone surrogate"
        assert record["probabilities"] == {"a": None, "=b": None}
    write_predictions(path, [])


def test_tab_separated_is_guarded_too(tmp_path: Path) -> None:
    write_predictions(tmp_path / "out.tsv", [prediction("=1+1")])
    header, row = (tmp_path / "out.tsv").read_text(encoding="utf-8").splitlines()
    assert header.split("\t")[:2] == ["text", "label"]
    assert row.split("\t")[:2] == ["'=1+1", "'=b"]


def test_places_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no known ending. Fix: end its name in .csv, .tsv, .parquet or .jsonl"):
        write_predictions(tmp_path / "out.json", [])
    with pytest.raises(InputError, match="There is no folder .*Fix: make it"):
        write_predictions(tmp_path / "no" / "out.csv", [])


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet", "jsonl"])
def test_what_is_not_finite_has_no_label_in_a_file(tmp_path: Path, suffix: str) -> None:
    nan = (math.nan, math.nan)
    broken = replace(prediction(), label=NOT_FINITE, logits=(math.nan, 0.1), probabilities=nan)
    record = as_record(broken)
    assert (record["label"], record["logits"]) == (None, {"a": None, "=b": 0.1})
    path = tmp_path / f"out.{suffix}"
    write_predictions(path, [broken, prediction()])
    match suffix:
        case "parquet":
            frame = pd.read_parquet(path)
        case "jsonl":
            frame = pd.read_json(path, lines=True)
        case _:
            frame = pd.read_csv(path, sep="," if suffix == "csv" else "\t")
    assert frame["label"].isna().tolist() == [True, False]
