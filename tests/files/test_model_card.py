"""What the card of a folder states, and that a bad card is no obstacle."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard, ModelCardData

from core.config.model_index import model_index
from core.files.model_card import CARD, stated_results
from core.results.stated_results import StatedResult
from core.settings import ROOT

RESULT = StatedResult("BANKING77", "test", 3080, "2026-11-24", {"accuracy": 0.9156})
DEMOS = sorted((ROOT / "assets" / "models").glob("*/adapters/*"))


def written(folder: Path, *results: StatedResult) -> Path:
    matter = yaml.safe_dump({"model-index": model_index("mine", results)})
    (folder / CARD).write_text(f"---\n{matter}---\n\n# Mine\n", encoding="utf-8")
    return folder


def test_a_card_is_read(tmp_path: Path) -> None:
    assert stated_results(written(tmp_path, RESULT)) == (RESULT,)


def test_a_card_that_changes_is_read_again(tmp_path: Path) -> None:
    stated_results(written(tmp_path, RESULT))
    better = StatedResult("BANKING77", "test", 3080, "2026-11-25", {"accuracy": 0.95})
    written(tmp_path, better)
    os.utime(tmp_path / CARD, (1, 1))
    assert stated_results(tmp_path) == (better,)


@pytest.mark.parametrize(
    "card",
    [
        b"",
        b"# No front matter",
        b"---\nlicense: mit\n---\n",
        b"---\nno end: of it\n",
        b"---\n: : :\n  - [\n---\n",
        b"---\n- a list\n---\n",
        b"---\nmodel-index: 5\n---\n",
        b"---\nmodel-index: [{results: [{task: nothing}]}]\n---\n",
        b"---\nmodel-index: [{results: [{date: tomorrow, metrics: [{type: accuracy, value: 1}]}]}]\n---\n",
        b"\xff\xfe\x00",
        b"---\n" + b"[" * 100_000 + b"\n---\n",
    ],
    ids=["empty", "prose", "other fields", "no end", "no YAML", "list", "number", "shape", "date", "binary", "deep"],
)
def test_of_a_card_that_says_nothing_nothing_is_stated(card: bytes, tmp_path: Path) -> None:
    (tmp_path / CARD).write_bytes(card)
    assert stated_results(tmp_path) == ()


def test_without_a_card_nothing_is_stated(tmp_path: Path) -> None:
    assert stated_results(tmp_path) == ()
    (tmp_path / CARD).mkdir()
    assert stated_results(tmp_path) == ()


@pytest.mark.parametrize("folder", DEMOS, ids=lambda folder: f"{folder.parent.parent.name}-{folder.name}")
def test_demo_cards_state_what_their_tables_say(folder: Path) -> None:
    table = (folder / CARD).read_text(encoding="utf-8")
    titles = {"accuracy": "Accuracy", "macro_f1": "Macro-F1", "calibration_error": "Expected calibration error"}
    first = stated_results(folder)[0]
    assert first.split == "test"
    for name, value in first.measures.items():
        (row,) = re.findall(rf"^\| {titles[name]}[^|]*\|(.*)\|$", table, re.M)
        assert float(row.split("|")[-1]) == value
    data = ModelCard.load(folder / CARD).data
    assert isinstance(data, ModelCardData)
    assert [r.metric_value for r in data.eval_results or ()][: len(first.measures)] == list(first.measures.values())
