"""A whole dataset: our evaluation against transformers' own pipeline, then every analysis of it, and its memory.

    python -m benchmarks.evaluate [--rows 20000] [--memory-rows 100000]

A random Llama classifier of a million parameters and 150 classes labels texts of 5 to 40 tokens, which are brought as a
CSV file: ours reads it, answers every row, writes logits and pooled vectors as they come, and measures. The peer is
`pipeline("text-classification")` over the same texts at the quickest of its batch sizes, without reading, writing or
measuring. The analyses are those of the pages: classes, calibration and sets, slices, checks of the data, label errors.
Memory is the largest resident size while `--memory-rows` rows are answered, less that after the first 10,000.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import torch
from transformers import LlamaConfig, LlamaForSequenceClassification, pipeline

from benchmarks.classify import WORDS, tokenizer
from core.engine.engine import Engine
from core.evaluation.answers import Answers
from core.evaluation.calibration_service import CalibrationService
from core.evaluation.dataset_service import DatasetService
from core.results import Selection
from core.results.calibration_report import CalibrationOptions
from core.results.dataset import DatasetRequest
from core.results.dataset_evaluation import DatasetEvaluation
from core.settings import Settings
from core.tasks.runner import TaskRunner

CLASSES, BATCH_SIZES, RACE = 150, (8, 32, 128), 2000


def write_model(folder: Path) -> None:
    """A stock classifier, so that both sides read the same files."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(WORDS) + 4,
        hidden_size=128,
        intermediate_size=352,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=4,
        pad_token_id=0,
        initializer_range=0.2,
        id2label={i: f"class{i}" for i in range(CLASSES)},
    )
    LlamaForSequenceClassification(config).save_pretrained(folder)
    tokenizer().save_pretrained(folder)


def make_rows(count: int, seed: int) -> list[tuple[str, str, str]]:
    """Text, label and a column besides."""
    chance = random.Random(seed)
    lengths = (chance.randint(5, 40) for _ in range(count))
    return [
        (" ".join(chance.choices(WORDS, k=n)), f"class{chance.randrange(CLASSES)}", chance.choice("abcdef"))
        for n in lengths
    ]


def write_table(path: Path, rows: list[tuple[str, str, str]]) -> None:
    """As a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label", "channel"), *rows])


class Ours:
    """Services over one folder of datasets."""

    def __init__(self, folder: Path, model: Path) -> None:
        made = Settings(
            catalogue=folder / "none", user_catalogue=folder / "own", evaluations=folder / "kept", device="cpu"
        )
        engine, tasks = Engine(made), TaskRunner(1)
        self.selection: Selection = engine.resolve(str(model))
        engine.load(self.selection)
        answers = Answers(engine)
        self.datasets, self.calibrations = DatasetService(answers, tasks), CalibrationService(answers, tasks)

    def evaluate(self, table: Path) -> DatasetEvaluation:
        """From the file to the figures."""
        request = DatasetRequest(self.datasets.add(str(table)).id, "text", "label")
        return self.datasets.evaluate(self.selection, request).result()

    def analyses(self, result: DatasetEvaluation) -> dict[str, Callable[[], Any]]:
        """What the pages compute of it, by name."""
        d, options = self.datasets, CalibrationOptions()
        return {
            "classes": lambda: d.classes(result).result(),
            "calibration and sets": lambda: self.calibrations.report(self.selection, result.request, options).result(),
            "slices": lambda: d.slices(result, 10).result(),
            "checks of the data": lambda: d.data_checks(result).result(),
            "label errors": lambda: d.label_errors(result, refit=False).result(),
        }


class Peer:
    """The pipeline at its quickest batch size."""

    def __init__(self, model: Path, texts: list[str]) -> None:
        self._pipeline: Any = pipeline("text-classification", model=str(model), device="cpu")
        self(texts[:64], 32)
        self.batch_size = min(BATCH_SIZES, key=lambda size: timed(lambda: self(texts[:RACE], size))[1])

    def __call__(self, texts: list[str], batch_size: int) -> list[str]:
        """The labels."""
        return [found["label"] for found in self._pipeline(texts, batch_size=batch_size, truncation=True)]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What came out, and the seconds."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def growth(work: Callable[[], Any], answered: Callable[[], int]) -> float:
    """MB of resident memory at most while work runs, above what it was once 10,000 rows were answered."""
    process, ended = psutil.Process(), threading.Event()
    first, largest = 0.0, 0.0

    def watch() -> None:
        nonlocal first, largest
        while not ended.wait(0.05):
            size = process.memory_info().rss / 1e6
            if not first and answered() >= 10_000:
                first = size
            largest = max(largest, size if first else 0.0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        ended.set()
        watcher.join()
    return largest - first


def main() -> None:
    """Print rows a second, the ratio, seconds of the analyses, and the growth of memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--memory-rows", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        compare(Path(name), arguments.rows, arguments.memory_rows)


def compare(folder: Path, count: int, memory_rows: int) -> None:
    """Both sides over the same rows, then what is made of the answers."""
    model = folder / "model"
    write_model(model)
    rows = make_rows(count, 0)
    write_table(folder / "table.csv", rows)
    texts = [text for text, _, _ in rows]
    write_table(folder / "warm.csv", make_rows(200, 1))
    ours, peer = Ours(folder, model), Peer(model, texts)
    ours.evaluate(folder / "warm.csv")
    result, seconds = timed(lambda: ours.evaluate(folder / "table.csv"))
    labels, theirs = timed(lambda: peer(texts, peer.batch_size))
    equal = sum(result.classes[k] == label for k, label in zip(result.predicted, labels, strict=True))
    print(f"{count:,} rows, {CLASSES} classes; {equal:,} equal labels")
    print(f"ours      {count / seconds:8,.0f} rows a second, file, answers, vectors and figures")
    print(f"pipeline  {count / theirs:8,.0f} rows a second, answers alone, batches of {peer.batch_size}")
    print(f"ratio     {theirs / seconds:8.2f}")
    total = 0.0
    for what, work in ours.analyses(result).items():
        _, spent = timed(work)
        total += spent
        print(f"{what:21} {spent:6.2f} s")
    print(f"{'all of them':21} {total:6.2f} s")
    write_table(folder / "long.csv", make_rows(memory_rows, 2))
    request = DatasetRequest(ours.datasets.add(str(folder / "long.csv")).id, "text", "label")
    grown = growth(
        lambda: ours.datasets.evaluate(ours.selection, request).result(),
        lambda: ours.datasets.answered(ours.selection, request)[0],
    )
    print(f"memory after the first 10,000 of {memory_rows:,} rows: {grown:+.0f} MB at most")


if __name__ == "__main__":
    main()
