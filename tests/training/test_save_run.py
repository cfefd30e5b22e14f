"""What a run writes opens elsewhere by the lines of its own card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from core.engine.engine import Engine
from core.results import Selection
from core.settings import ROOT, Settings
from core.training.config import TrainingConfig
from core.training.fit import fit
from core.words.opening import TEXT
from tests.elsewhere import assert_same_logits, assert_same_scores, opened_elsewhere, python_lines
from tests.training.test_fit import WORDS, recipe

__all__ = ["recipe"]


def trained(recipe: dict[str, Any], output: Path, **base: Any) -> Path:
    recipe = {**recipe, "output": str(output), "optimisation": {"epochs": 1, "batch_size": 16, "patience": None}}
    recipe["base_model"] = {**recipe["base_model"], **base}
    fit(TrainingConfig.parse(recipe))
    return output


def answered(folder: Path, *adapter: str) -> torch.Tensor:
    """What the engine says of a folder."""
    engine = Engine(Settings(catalogue=folder / "none", user_catalogue=folder / "own", device="cpu"))
    selection: Selection = engine.resolve(str(folder), *adapter)
    (prediction,) = engine.classify(selection, [TEXT])
    return torch.tensor([prediction.logits])


@pytest.mark.slow
def test_the_lines_of_the_cards_answer_as_the_engine_does(recipe: dict[str, Any], tmp_path: Path) -> None:
    base = Path(recipe["base_model"]["pretrained_model_name_or_path"])
    without_adapter = {key: value for key, value in recipe.items() if key != "adapter"}
    folders: list[Path] = []
    for model_type in ("llama", "llama-bidirectional"):
        fields = {"pooler_type": "context", "head_type": "vanilla", "model_type": model_type}
        adapter = trained(recipe, tmp_path / model_type / "adapter", **fields)
        (adapter / base.name).symlink_to(base)
        folders += [adapter, trained(without_adapter, tmp_path / model_type / "whole", **fields)]
    answers = opened_elsewhere(folders)
    for adapter, whole, logits, scores in zip(folders[::2], folders[1::2], answers[::2], answers[1::2], strict=True):
        assert_same_logits(logits, answered(base, str(adapter)))
        assert_same_scores(scores, answered(whole), sorted(WORDS))
        assert json.loads((whole / "config.json").read_text())["architectures"] == ["LlamaForSequenceClassification"]


def test_another_pooler_is_said_and_gets_no_lines(recipe: dict[str, Any], tmp_path: Path) -> None:
    card = (trained(recipe, tmp_path / "adapter") / "README.md").read_text(encoding="utf-8")
    assert "LlamaForSequenceClassification does not have its pooler and head (attention, linear)" in card
    assert python_lines(card) == ""


def test_the_demos_cards_say_how_they_are_opened() -> None:
    models = ROOT / "assets" / "models"
    bases = sorted(folder for folder in models.iterdir() if (folder / "README.md").is_file())
    assert len(bases) == 3
    for answer in opened_elsewhere(bases):
        assert answer[0]["generated_text"].startswith("my card has")
    for card in models.glob("*/adapters/*/README.md"):
        text = card.read_text(encoding="utf-8")
        stored = json.loads((card.parent / "classifier.json").read_text())
        assert f"python -m core classify {card.parents[2].name} --adapter FOLDER" in text
        assert stored["pooler_type"] in ("attention", "gem", "mean", "context")
        assert "No class of transformers gives these logits" in text
        assert python_lines(text) == ""
