"""From the data folder to finished candidate folders: a base, then its adapters, candidates side by side."""

from __future__ import annotations

import multiprocessing
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.training.result import TrainingResult
from tools.demos.adapters import SOURCES, TaskFiles, train_adapter, write_tables
from tools.demos.base_card import write_base_card
from tools.demos.bases import save_base, train_base
from tools.demos.corpus import Corpus, read_corpus
from tools.demos.recipes import DEMOS, SEED, DemoRecipe, PretrainingRecipe, TaskName
from tools.demos.sureness import write_sureness
from tools.demos.teacher import out_of_fold

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a build works with; plain data, so that it can be handed to another process."""

    corpus: Corpus
    tables: Path
    files: dict[TaskName, TaskFiles]
    output: Path
    pretraining: PretrainingRecipe
    rebuild_bases: bool = True


@dataclass(frozen=True)
class BuiltDemo:
    """A finished candidate folder; `size` in bytes, everything in it."""

    name: str
    folder: Path
    size: int
    seconds: float
    results: dict[TaskName, TrainingResult]


def write_plan(
    data: Path, tables: Path, output: Path, *, hold_out: float = 0.0, pretraining: PretrainingRecipe | None = None
) -> Plan:
    """Read the data, ask the teacher, write the tables."""
    corpus = read_corpus(data, hold_out, SEED)
    soft = out_of_fold(corpus.banking.texts, corpus.banking.numbers(), SEED)
    files = write_tables(corpus, soft, tables)
    return Plan(corpus, tables, files, output, pretraining or PretrainingRecipe())


def build_demos(plan: Plan, tell: Tell, *, demos: Sequence[DemoRecipe] = DEMOS, jobs: int = 2) -> list[BuiltDemo]:
    """Build candidates in `jobs` processes of one thread each: faster than one process of two threads, and the
    same numbers whatever the number of cores.
    """
    if jobs == 1:
        return [build_demo(plan, demo, tell) for demo in demos]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=jobs, mp_context=context) as pool:
        return list(pool.map(build_demo, [plan] * len(demos), demos, [print_line] * len(demos)))


def build_demo(plan: Plan, demo: DemoRecipe, tell: Tell) -> BuiltDemo:
    """One candidate: base, card, adapters. The folder is replaced."""
    import torch

    torch.set_num_threads(1)
    began = time.perf_counter()
    folder = plan.output / demo.name
    if plan.rebuild_bases or not (folder / "model.safetensors").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        _build_base(plan, demo, folder, lambda line: tell(f"{demo.name}: {line}"))
    results: dict[TaskName, TrainingResult] = {}
    for recipe in demo.adapters:
        result = train_adapter(demo, recipe, folder, plan.files[recipe.task])
        results[recipe.task] = result
        rows = plan.corpus.banking if recipe.task == "banking77" else plan.corpus.domains
        name = SOURCES[recipe.task]["name"].split(",")[0]
        write_sureness(folder / "adapters" / recipe.task, folder, rows.texts, name)
        measured = {"validation": result.validation, "test": result.test}
        shown = ", ".join(f"{split} {values['accuracy']:.4f}" for split, values in measured.items() if values)
        tell(f"{demo.name} + {recipe.task}: accuracy {shown}, {result.seconds:.0f} s")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return BuiltDemo(demo.name, folder, size, time.perf_counter() - began, results)


def print_line(line: str) -> None:
    """Progress of a build, one line at a time."""
    print(line, flush=True)  # noqa: T201 - this module's command line


def _build_base(plan: Plan, demo: DemoRecipe, folder: Path, tell: Tell) -> None:
    import numpy as np

    from core.data.tables import read_columns

    soft_file = plan.files["banking77"].soft
    assert soft_file is not None
    columns = read_columns(soft_file, plan.corpus.banking.classes())
    soft = np.array(list(columns.values()), dtype=np.float32).T
    began = time.perf_counter()
    base = train_base(demo, plan.pretraining, plan.corpus, soft, SEED, tell)
    save_base(base, folder)
    seconds = time.perf_counter() - began
    write_base_card(demo, plan.pretraining, base, plan.corpus, seconds, folder)
    tell(
        f"perplexity {base.quality.perplexity:.1f}, {base.quality.bits_per_byte:.2f} bits a byte, "
        f"topic {base.quality.topic_accuracy:.3f}, {seconds:.0f} s"
    )
