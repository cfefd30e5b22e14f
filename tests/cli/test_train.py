"""`train` from a YAML file to an adapter that `evaluate` and `check` take."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from core.cli.app import app
from core.cli.train import _stop_flag


@pytest.fixture
def recipe(tiny_folders: dict[str, Path], tmp_path: Path) -> Path:
    """Two classes that a word tells apart, on the tiny Llama; paths relative to the config."""
    chance = random.Random(0)
    words = {"card": ["card", "transfer", "rate"], "music": ["jazz", "play", "table"]}
    for name, count in (("train", 48), ("test", 16)):
        with (tmp_path / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "category"])
            for _ in range(count):
                label = chance.choice(list(words))
                writer.writerow([f"my {chance.choice(words[label])} please {chance.randint(1, 99)}", label])
    config = {
        "base_model": {
            "pretrained_model_name_or_path": str(tiny_folders["llama"]),
            "model_type": "llama",
            "pooler_type": "mean",
        },
        "adapter": {"r": 4},
        "data": {"train_file": "./train.csv", "test_file": "./test.csv", "label_column": "category"},
        "optimisation": {"epochs": 2, "batch_size": 8, "learning_rate": 0.01},
        "output": "./out",
    }
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_what_train_writes_is_what_evaluate_measures(recipe: Path, tiny_folders: dict[str, Path]) -> None:
    done = run("train", recipe, "--json")
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    output = recipe.parent / "out"
    assert Path(result["folder"]) == output
    assert result["labels"] == ["card", "music"]
    assert "epoch 1: validation accuracy" in done.stderr
    measured = run(
        "evaluate",
        tiny_folders["llama"],
        "--adapter",
        output,
        "--input",
        recipe.parent / "test.csv",
        "--label-column",
        "category",
        "--json",
    )
    assert measured.exit_code == 0, measured.stderr
    numbers = json.loads(measured.stdout)
    for name in ("accuracy", "macro_f1", "calibration_error"):
        assert numbers[name] == pytest.approx(result["test"][name], abs=1e-5)
    checked = run("check", tiny_folders["llama"], "--adapter", output)
    assert checked.exit_code == 0, checked.stdout

    again = run("train", recipe)
    assert again.exit_code == 2
    assert "is not empty" in again.stderr
    assert "Fix: " in again.stderr
    table = run("train", recipe, "--overwrite")
    assert table.exit_code == 0, table.stderr
    assert "accuracy" in table.stdout


def test_a_recipe_with_a_typo_is_refused_by_name(recipe: Path) -> None:
    recipe.write_text(recipe.read_text(encoding="utf-8").replace("learning_rate", "lerning_rate"), encoding="utf-8")
    result = run("train", recipe)
    assert result.exit_code == 2
    assert "did you mean 'learning_rate'" in result.stderr


def interrupt() -> None:
    """Ctrl-C, and time for Python to notice it."""
    os.kill(os.getpid(), signal.SIGINT)
    threading.Event().wait(0.5)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Python's own answer to Ctrl-C, which a process started in the background does not have."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_first_interrupt_asks_and_the_second_ends(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with _stop_flag() as stopped:
        interrupt()
        assert stopped.wait(5)
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    assert signal.getsignal(signal.SIGINT) is before
    assert "once more ends at once" in capsys.readouterr().err
