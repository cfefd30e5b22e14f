"""The command `export`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import document, run
from tests.tiny import save_tiny_classifier

LABELS = ("alpha", "beta", "gamma")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_tiny_classifier(tmp_path / "stock", "llama", LABELS)


def test_a_folder_is_written_and_opens_again(folder: Path, tmp_path: Path) -> None:
    result = run("export", folder, "--output", tmp_path / "out")
    assert "opened by `LlamaForSequenceClassification`" in result.stdout
    assert "the largest difference of a logit is" in result.stderr
    first, again = (document("classify", place, "--text", "a card") for place in (folder, tmp_path / "out"))
    assert again[0]["label"] == first[0]["label"]


def test_json_has_the_numbers(folder: Path, tmp_path: Path) -> None:
    result = document("export", folder, "--output", tmp_path / "out", "--format", "transformers")
    assert result["difference"] <= result["bound"] == 1e-3
    assert result["labels"] == list(LABELS)


def test_nothing_is_written_over(folder: Path) -> None:
    assert "nothing is written over" in run("export", folder, "--output", folder, code=2).stderr


def test_an_unknown_format_is_refused(folder: Path, tmp_path: Path) -> None:
    assert "onnx" in run("export", folder, "--output", tmp_path / "out", "--format", "gguf", code=2).stderr
