"""The demo adapters: one `fit` each, over a finished base."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.config import AdapterConfig, BaseModelConfig
from core.data.export import export
from core.training.config import CardConfig, DataConfig, OptimisationConfig, TrainingConfig
from core.training.fit import fit
from core.training.result import TrainingResult
from tools.demos.corpus import Corpus
from tools.demos.recipes import MAX_TOKENS, SEED, AdapterRecipe, DemoRecipe, TaskName

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
BATCH = 64
TABLES_COMMAND = "python -m tools.demos --data DATA --tables tables"
TOKEN_DROPOUT = 0.1
POOLER_DROPOUT = 0.1


@dataclass(frozen=True)
class TaskFiles:
    """Tables on disk; absent ones are None."""

    train: Path
    validation: Path | None
    test: Path | None
    soft: Path | None


def write_tables(corpus: Corpus, soft: NDArray[np.float32], folder: Path) -> dict[TaskName, TaskFiles]:
    """Both tasks as tables for `fit`. With rows held out, those stand in for BANKING77's test file."""
    folder.mkdir(parents=True, exist_ok=True)
    held_out = bool(corpus.banking_held_out.texts)
    return {
        "banking77": TaskFiles(
            train=corpus.banking.write(folder / "banking77-train.csv"),
            validation=corpus.banking_held_out.write(folder / "banking77-held-out.csv") if held_out else None,
            test=None if held_out else corpus.banking_test.write(folder / "banking77-test.csv"),
            soft=_write_soft(corpus, soft, folder / "banking77-teacher.parquet"),
        ),
        "clinc150-domains": TaskFiles(
            train=corpus.domains.write(folder / "clinc150-domains-train.csv"),
            validation=corpus.domains_validation.write(folder / "clinc150-domains-validation.csv"),
            test=None if held_out else corpus.domains_test.write(folder / "clinc150-domains-test.csv"),
            soft=None,
        ),
    }


def train_adapter(demo: DemoRecipe, recipe: AdapterRecipe, base: Path, files: TaskFiles) -> TrainingResult:
    """Fit one adapter into the base's `adapters` folder."""
    return fit(adapter_config(demo, recipe, base, files), overwrite=True)


def adapter_config(demo: DemoRecipe, recipe: AdapterRecipe, base: Path, files: TaskFiles) -> TrainingConfig:
    """The whole recipe of an adapter. Trained to the end, without early stopping: nothing is chosen on the way."""
    return TrainingConfig(
        base_model=BaseModelConfig(
            pretrained_model_name_or_path=str(base),
            model_type=demo.model_type,
            pooler_type=recipe.pooler,
            head_type=recipe.head,
            pooler_dropout=POOLER_DROPOUT,
        ),
        adapter=AdapterConfig(r=recipe.rank, lora_alpha=2 * recipe.rank, target_modules=TARGETS, task_type="SEQ_CLS"),
        data=DataConfig(
            train_file=str(files.train),
            validation_file=str(files.validation) if files.validation else None,
            validation_share=0.0,
            test_file=str(files.test) if files.test else None,
            soft_labels_file=str(files.soft) if files.soft else None,
            **SOURCES[recipe.task],
        ),
        optimisation=OptimisationConfig(
            epochs=recipe.epochs,
            batch_size=BATCH,
            learning_rate=recipe.learning_rate,
            schedule="cosine",
            warmup_share=0.06,
            patience=None,
            token_dropout=TOKEN_DROPOUT,
        ),
        output=str(base / "adapters" / recipe.task),
        seed=SEED,
        max_tokens=MAX_TOKENS,
        save_dtype="float16",
        card=_card(demo, recipe.task),
    )


def _card(demo: DemoRecipe, task: TaskName) -> CardConfig:
    return CardConfig(
        title=f"{demo.name}: {task}",
        licence="apache-2.0",
        notes=(NOTES[task],),
        limits=(
            "English only, in the style of its data set: short requests typed by crowd workers or customers.",
            "A demonstration of a classifier's inside, not a product: it knows a few thousand short texts.",
        ),
        command=f"{TABLES_COMMAND}; python -m core evaluate {demo.name} --adapter {task} "
        f"--input tables/{task}-test.csv --text-column text --label-column label",
    )


def _write_soft(corpus: Corpus, soft: NDArray[np.float32], path: Path) -> Path:
    classes = corpus.banking.classes()
    export(path, (dict(zip(classes, row, strict=True)) for row in soft), classes)
    return path


SOURCES: dict[TaskName, dict[str, str]] = {
    "banking77": {
        "name": "BANKING77",
        "source": "https://github.com/PolyAI-LDN/task-specific-datasets",
        "licence": "CC BY 4.0",
        "attribution": "Casanueva, Temčinas, Gerz, Henderson and Vulić: Efficient Intent Detection with Dual "
        "Sentence Encoders (2020).",
    },
    "clinc150-domains": {
        "name": "CLINC150, its 150 intents grouped into their 10 domains, plus out of scope",
        "source": "https://github.com/clinc/oos-eval",
        "licence": "CC BY 3.0",
        "attribution": "Larson, Mahendran, Peper and others: An Evaluation Dataset for Intent Classification and "
        "Out-of-Scope Prediction (2019).",
    },
}
NOTES: dict[TaskName, str] = {
    "banking77": "The base has met the training texts before, with their intents (see its card), and no test text. "
    "Half of each training target is the word of a teacher: a linear model over TF-IDF of words and characters, "
    "asked by 5-fold cross-fitting, so never about a text it was fitted on.",
    "clinc150-domains": "The base has met the training texts before, with their intents and domains (see its card), "
    "and no validation or test text. Only 100 training rows are out of scope; in the test file every fifth is.",
}
