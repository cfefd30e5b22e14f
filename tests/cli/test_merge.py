"""`merge` and `--quantisation` as commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_commands import document, run
from tests.merge.conftest import LABELS, stock_adapter
from tests.tiny import save_tiny_classifier

TEXT = "My card has not arrived yet."


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return save_tiny_classifier(tmp_path / "base", "llama", LABELS)


@pytest.fixture
def adapter(base: Path, tmp_path: Path) -> Path:
    return stock_adapter(base, tmp_path / "adapter", r=4, target_modules=["q_proj", "down_proj"])


def test_merged_and_opened_again(base: Path, adapter: Path, tmp_path: Path) -> None:
    result = run("merge", base, "--adapter", adapter, "--output", tmp_path / "out")
    assert "Merged 'adapter' into 4 weights of 'base'" in result.stdout
    assert "Merging takes" in result.stderr
    (mine,) = document("classify", tmp_path / "out", "--text", TEXT)
    (theirs,) = document("classify", base, "--adapter", adapter, "--text", TEXT)
    assert mine["logits"] == pytest.approx(theirs["logits"], abs=1e-5)
    again = run("merge", base, "--adapter", adapter, "--output", tmp_path / "out", code=2)
    assert "nothing is written over" in again.stderr


def test_json_and_a_base_alone(base: Path, adapter: Path, tmp_path: Path) -> None:
    made = document("merge", base, "--adapter", adapter, "--output", tmp_path / "out")
    assert made["labels"] == list(LABELS)
    assert (made["modules"], made["files"], made["dequantised"]) == (4, 1, "")
    refused = run("merge", base, "--output", tmp_path / "other", code=2)
    assert "nothing to merge" in refused.stderr


def test_a_quantised_base_needs_a_word(base: Path, adapter: Path, tmp_path: Path) -> None:
    order = ("merge", base, "--adapter", adapter, "--output", tmp_path / "out", "--quantisation", "nf4")
    assert "--dequantise" in run(*order, code=2).stderr
    assert document(*order, "--dequantise")["dequantised"] == "nf4"


def test_quantised_answers_beside_whole_ones(base: Path, adapter: Path) -> None:
    order = ("classify", base, "--adapter", adapter, "--text", TEXT, "--quantisation", "nf4")
    (quantised,) = document(*order, "--against-unquantised")
    (whole,) = document("classify", base, "--adapter", adapter, "--text", TEXT)
    assert quantised["unquantised"]["logits"] == pytest.approx(whole["logits"], abs=1e-6)
    largest = max(abs(quantised["logits"][label] - whole["logits"][label]) for label in LABELS)
    assert quantised["unquantised"]["largest_difference"] == pytest.approx(largest, abs=1e-6)
    assert "largest difference" in run(*order, "--against-unquantised").stdout
    assert "unquantised" not in document(*order)[0]
    refused = run("classify", base, "--text", TEXT, "--against-unquantised", code=2)
    assert "is not quantised" in refused.stderr


@pytest.mark.parametrize("command", ["check", "explain", "evaluate"])
def test_other_commands_take_it_too(base: Path, tmp_path: Path, command: str) -> None:
    more: tuple[object, ...] = ()
    if command == "explain":
        more = ("--text", TEXT)
    elif command == "evaluate":
        (tmp_path / "rows.csv").write_text(f"text,label\n{TEXT},a\n{TEXT},b\n", encoding="utf-8")
        more = ("--input", tmp_path / "rows.csv", "--text-column", "text", "--label-column", "label")
    run(command, base, *more, "--quantisation", "int8")
    assert "did you mean 'int8'" in run(command, base, *more, "--quantisation", "int9", code=2).stderr


def test_what_is_read_wrongly_on_a_cpu_is_told(base: Path) -> None:
    assert "no multiple of 64" in run("classify", base, "--text", TEXT, "--quantisation", "nf4").stderr
    assert "multiple of 64" not in run("classify", base, "--text", TEXT, "--quantisation", "int8").stderr
