"""The training file that a card names, where it is here."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.files.training_file import training_file
from core.results.training_rows import TrainingFile


def card(folder: Path, written: str) -> None:
    text = f"# Card\n\n```yaml\nbase_model: b\ndata:\n  train_file: {written}\n  test_file: t.csv\n```\n"
    (folder / "README.md").write_text(text, encoding="utf-8")


def test_without_a_card_or_a_recipe_there_is_none(tmp_path: Path) -> None:
    assert training_file(tmp_path) is None
    (tmp_path / "README.md").write_text("train_file: is said in prose\n")
    assert training_file(tmp_path) is None


@pytest.mark.parametrize("written", ["train.csv", "'train.csv'", '"train.csv"'])
def test_it_may_lie_beside_the_weights(tmp_path: Path, written: str) -> None:
    card(tmp_path, written)
    assert training_file(tmp_path) == TrainingFile("train.csv", None)
    (tmp_path / "train.csv").write_text("text,label\n")
    assert training_file(tmp_path) == TrainingFile("train.csv", str(tmp_path / "train.csv"))


def test_a_card_of_a_person_may_say_where_it_is(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere" / "rows.jsonl"
    card(tmp_path, str(place))
    assert training_file(tmp_path) == TrainingFile("rows.jsonl", None)
    place.parent.mkdir()
    place.touch()
    assert training_file(tmp_path) == TrainingFile("rows.jsonl", str(place))
    card(tmp_path, "C:\\data\\rows.csv")
    assert training_file(tmp_path) == TrainingFile("rows.csv", None)
