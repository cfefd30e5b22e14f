"""`dry_run` on any classifier, and `check` through an engine; its stages have tests of their own beside this."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from transformers import AutoModelForSequenceClassification

from core.dry_run.records import document, exported
from core.dry_run.run import check, dry_run
from core.engine.engine import Engine
from core.errors import InputError
from core.results import CheckStatus, Selection
from core.words.dry_run import verdict
from tests.engine.conftest import catalogue, engine
from tests.tiny import save_tiny_classifier

__all__ = ["catalogue", "engine"]

ONE = Selection("tiny", "one")
BATCH = {"input_ids": torch.tensor([[3, 4, 5]]), "attention_mask": torch.tensor([[1, 1, 1]])}


@pytest.fixture
def model(engine: Engine) -> nn.Module:
    return engine.pair(ONE).predictor.model


def test_the_models_own_output_comes_back_and_flags_stay(model: nn.Module) -> None:
    model.train()
    flags = [m.training for m in model.modules()]
    output = dry_run(model, {**BATCH, "labels": torch.tensor([1])})
    assert output.logits.shape == (1, 4)
    assert output.loss.isfinite()
    assert [m.training for m in model.modules()] == flags
    assert not output.logits.requires_grad


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral", "bert"])
def test_a_stock_classifier_gives_its_own_logits(tmp_path: Path, family: str) -> None:
    folder = save_tiny_classifier(tmp_path / "model", family, ("a", "b", "c"))
    stock = AutoModelForSequenceClassification.from_pretrained(folder)
    stock.train()
    output = dry_run(stock, BATCH)
    assert stock.training
    with torch.inference_mode():
        assert torch.equal(output.logits, stock.eval()(**BATCH).logits)


def test_the_flags_come_back_after_an_error(model: nn.Module) -> None:
    model.train()
    with pytest.raises(ValueError, match="input_ids or inputs_embeds"):
        dry_run(model, {})
    assert all(m.training for m in model.modules())


def test_check_loads_and_runs(engine: Engine) -> None:
    told: list[tuple[float, str]] = []
    found, health = check(engine, ONE, on_progress=lambda share, name: told.append((share, name)))
    assert found.passed
    assert health.worst is not CheckStatus.REFUSED
    assert found.seconds > 0
    assert [name for _, name in told][:3] == ["tokenizer", "one pass through the model", "Repeatability"]
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert all(0 <= share < 1 for share, _ in told)


def test_texts_of_ones_own(engine: Engine) -> None:
    found, _ = check(engine, ONE, ["one two three", "\ud800 \U0001f642 naïve"])
    assert found.passed
    assert [t.text for t in found.texts] == ["one two three", "\ud800 \U0001f642 naïve"]
    with pytest.raises(InputError, match="Text 2 of 2 is empty"):
        check(engine, ONE, ["one", " "])


def test_a_memory_budget_leaves_the_copy_out(engine: Engine) -> None:
    engine.load(ONE)
    engine.settings = engine.settings.model_copy(update={"memory_budget_gb": 0.01})
    found, _ = check(engine, ONE)
    assert verdict(found) == "12 of 15 stages passed. Left out: Memory, Gradient, Save and load."


def test_the_document_is_json_and_has_every_field(engine: Engine, model: nn.Module) -> None:
    found, health = check(engine, ONE)
    info = engine.pair(ONE).info
    made = document(info, found, health)
    assert made["passed"] is True
    assert {"name", "passed", "status", "detail", "number", "bound", "unit", "fix"} <= set(made["stages"][0])
    assert [t["name"] for t in made["tensors"]][-1] == "Logits"
    assert json.loads(exported(info, found, health)) == json.loads(json.dumps(made))
    broken = replace(found, traced=(replace(found.traced[0], largest=float("nan")),))
    assert json.loads(exported(info, broken, health))["tensors"][0]["largest"] is None
