"""Training end to end on a tiny model: what it learns, what it writes, and what it refuses."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import ModelCard, ModelCardData
from safetensors.torch import load_file
from sklearn.metrics import accuracy_score, f1_score

from core.engine.engine import Engine
from core.errors import AppError, ConfigError
from core.results import CheckStatus
from core.settings import Settings
from core.training.config import TrainingConfig
from core.training.fit import fit
from core.training.result import TrainingProgress, TrainingResult

WORDS = {"card": ("card", "arrived"), "money": ("transfer", "pounds"), "weather": ("warm", "Lisbon")}


def write_rows(path: Path, count: int, seed: int) -> Path:
    chance = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for i in range(count):
            label = list(WORDS)[i % 3]
            rows.writerow(
                [f"{chance.choice(['my', 'the', 'a'])} {chance.choice(WORDS[label])} {chance.randint(0, 9)}", label]
            )
    return path


@pytest.fixture
def recipe(tiny_folders: dict[str, Path], tmp_path: Path) -> dict[str, Any]:
    """A run that a tiny model learns well in a few seconds."""
    write_rows(tmp_path / "train.csv", 90, 1)
    write_rows(tmp_path / "test.csv", 30, 2)
    return {
        "base_model": {
            "pretrained_model_name_or_path": str(tiny_folders["llama"]),
            "model_type": "llama",
            "pooler_type": "attention",
        },
        "adapter": {"r": 4, "lora_alpha": 8},
        "data": {
            "train_file": str(tmp_path / "train.csv"),
            "test_file": str(tmp_path / "test.csv"),
            "validation_share": 0.2,
        },
        "optimisation": {"epochs": 8, "learning_rate": 1e-2, "batch_size": 16, "patience": 4},
        "output": str(tmp_path / "out"),
    }


def run(recipe: dict[str, Any], **options: Any) -> TrainingResult:
    return fit(TrainingConfig.parse(recipe), **options)


def test_it_learns_and_writes_a_folder_that_the_engine_reads(recipe: dict[str, Any], tmp_path: Path) -> None:
    seen: list[TrainingProgress] = []
    result = run(recipe, on_progress=seen.append)
    assert (result.test["accuracy"] or 0) >= 0.9
    assert {p.stage for p in seen} >= {"reading data", "building model", "training"}
    assert any(p.validation for p in seen)
    out = Path(recipe["output"])
    assert {p.name for p in out.iterdir()} >= {
        "adapter_config.json",
        "adapter_model.safetensors",
        "classifier.json",
        "README.md",
    }
    assert not list(out.rglob("*.bin"))
    engine = Engine(Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu"))
    selection = engine.resolve(recipe["base_model"]["pretrained_model_name_or_path"], str(out))
    with (tmp_path / "test.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = [p.label for p in engine.classify(selection, [r["text"] for r in rows])]
    wanted = [r["label"] for r in rows]
    assert accuracy_score(wanted, found) == pytest.approx(result.test["accuracy"])
    assert f1_score(wanted, found, average="macro") == pytest.approx(result.test["macro_f1"])
    card = (out / "README.md").read_text(encoding="utf-8")
    assert f"{result.test['accuracy']:.4f}" in card
    data = ModelCard(card).data
    assert isinstance(data, ModelCardData)
    stated = {r.metric_name: r.metric_value for r in data.eval_results or () if r.dataset_split == "test"}
    assert stated["Accuracy"] == pytest.approx(result.test["accuracy"], abs=5e-5)
    assert stated["Macro-F1"] == pytest.approx(result.test["macro_f1"], abs=5e-5)


def test_the_same_seed_gives_the_same_weights(recipe: dict[str, Any], tmp_path: Path) -> None:
    recipe["optimisation"].update(epochs=1, patience=None)
    weights = []
    for name in ("a", "b"):
        run({**recipe, "output": str(tmp_path / name)})
        weights.append(load_file(tmp_path / name / "adapter_model.safetensors"))
    assert all(torch.equal(weights[0][k], weights[1][k]) for k in weights[0])


def test_full_fine_tuning_writes_a_model_folder(recipe: dict[str, Any]) -> None:
    recipe["optimisation"].update(epochs=1, patience=None, learning_rate=1e-3)
    run({**recipe, "adapter": None})
    out = Path(recipe["output"])
    assert json.loads((out / "config.json").read_text())["model_type"] == "pooled_llama"
    assert (out / "model.pooled.safetensors").is_file()
    assert (out / "tokenizer.json").is_file()


def test_an_adapter_is_trained_further(recipe: dict[str, Any], tmp_path: Path) -> None:
    recipe["optimisation"].update(epochs=1, patience=None)
    run(recipe)
    again = {
        **recipe,
        "adapter": None,
        "output": str(tmp_path / "more"),
        "base_model": {**recipe["base_model"], "pretrained_adapter_path": recipe["output"]},
    }
    run(again)
    before = load_file(Path(recipe["output"]) / "adapter_model.safetensors")
    after = load_file(tmp_path / "more" / "adapter_model.safetensors")
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[k], after[k]) for k in before)


def test_a_stopped_run_goes_on_from_its_last_checkpoint(recipe: dict[str, Any]) -> None:
    steps: list[int] = []
    with pytest.raises(AppError, match="Training was stopped after"):
        run(recipe, on_progress=lambda p: steps.append(p.step), cancelled=lambda: bool(steps) and steps[-1] >= 7)
    resumed: list[TrainingProgress] = []
    result = run(recipe, on_progress=resumed.append, resume=True)
    assert min(p.step for p in resumed if p.stage == "training" and p.loss is not None) > 5
    assert (result.test["accuracy"] or 0) >= 0.9
    assert not (Path(recipe["output"]) / "checkpoints").exists()


def test_resuming_with_another_config_is_refused(recipe: dict[str, Any]) -> None:
    steps: list[int] = []
    with pytest.raises(AppError, match="Training was stopped after"):
        run(recipe, on_progress=lambda p: steps.append(p.step), cancelled=lambda: bool(steps) and steps[-1] >= 7)
    with pytest.raises(AppError, match="were begun with another config"):
        run({**recipe, "seed": 5}, resume=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"data": {"train_file": "nowhere.csv"}}, "nowhere.csv"),
        ({"optimisation": {"epoch": 3}}, "did you mean 'epochs'"),
        ({"adapter": {"r": 4, "target_modules": ["qproj"]}}, "did you mean 'q_proj'"),
        ({"base_model": {"pretrained_model_name_or_path": "nowhere/at/all"}}, "nowhere/at/all"),
    ],
)
def test_what_cannot_be_trained_is_refused(recipe: dict[str, Any], change: dict[str, Any], message: str) -> None:
    with pytest.raises(AppError) as refused:
        run({**recipe, **change})
    assert message in str(refused.value)


def regression(recipe: dict[str, Any], tmp_path: Path, values: str) -> dict[str, Any]:
    """The recipe on rows whose target is `values`, one a row in turn."""
    rows = [f"text {i},{values.split()[i % len(values.split())]}" for i in range(24)]
    (tmp_path / "values.csv").write_text("\n".join(["text,label", *rows]))
    files = dict.fromkeys(("train_file", "validation_file", "test_file"), str(tmp_path / "values.csv"))
    base = {**recipe["base_model"], "problem_type": "regression", "criterion": "mse"}
    return {**recipe, "base_model": base, "data": files}


def test_r2_of_a_constant_target_is_not_defined(recipe: dict[str, Any], tmp_path: Path) -> None:
    recipe["optimisation"].update(epochs=1, patience=None)
    seen: list[TrainingProgress] = []
    result = run(regression(recipe, tmp_path, "0.1"), on_progress=seen.append)
    assert (result.test["r2"], result.validation["r2"], result.history[0].validation["r2"]) == (None, None, None)
    assert result.test["mean_squared_error"] == result.test["loss"]
    assert [p.validation["r2"] for p in seen if p.validation] == [None]
    assert "| R² | not defined | not defined |" in (Path(recipe["output"]) / "README.md").read_text(encoding="utf-8")


def test_r2_of_a_constant_target_cannot_choose_an_epoch(recipe: dict[str, Any], tmp_path: Path) -> None:
    recipe["optimisation"].update(epochs=1, metric="r2")
    with pytest.raises(AppError, match="all the same, so r2 is not defined.*Fix: set optimisation.metric"):
        run(regression(recipe, tmp_path, "0.1"))
    assert run(regression({**recipe, "output": str(tmp_path / "b")}, tmp_path, "0.1 0.2")).test["r2"] is not None


def test_validation_rows_are_measured_by_their_labels_and_not_by_the_teacher(
    recipe: dict[str, Any], tmp_path: Path
) -> None:
    recipe["optimisation"].update(epochs=1)
    labels = sorted(WORDS)
    rows = [",".join("0.8" if j == i % 3 else "0.1" for j in range(3)) for i in range(90)]
    (tmp_path / "soft.csv").write_text("\n".join([",".join(labels), *rows]))
    recipe["data"]["soft_labels_file"] = str(tmp_path / "soft.csv")
    assert set(run(recipe).validation) == {"accuracy", "macro_f1", "calibration_error", "loss"}


@pytest.mark.parametrize("name", ["int8", "nf4"])
def test_a_quantised_base_is_trained_by_an_adapter_alone(recipe: dict[str, Any], tmp_path: Path, name: str) -> None:
    recipe["base_model"]["quantisation"] = name
    recipe["optimisation"]["epochs"] = 2
    result = fit(TrainingConfig.parse(recipe))
    assert result.test
    assert result.trained_parameters < result.parameters
    engine = Engine(Settings(catalogue=tmp_path / "none", user_catalogue=tmp_path / "own", device="cpu"))
    base = engine.resolve(recipe["base_model"]["pretrained_model_name_or_path"], recipe["output"])
    model = engine.load(engine.quantised(base, name))
    assert model.quantisation == name
    assert model.health.worst is not CheckStatus.REFUSED
    for change, words in (
        ({"adapter": None}, "codes cannot be trained"),
        ({"adapter": {"r": 2, "init_lora_weights": "pissa"}}, "they are held as codes"),
    ):
        with pytest.raises(ConfigError, match=words):
            fit(TrainingConfig.parse({**recipe, **change}), overwrite=True)
