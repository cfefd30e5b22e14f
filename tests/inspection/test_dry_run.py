"""The dry run tells a good model from a bad one, and leaves both as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from core.inference.engine import Engine
from core.inspection.dry_run import check, dry_run
from core.results import Selection
from tests.inference.conftest import catalogue, engine

__all__ = ["catalogue", "engine"]

ONE = Selection("tiny", "one")


def state(model: nn.Module) -> tuple[list[torch.Tensor], list[bool], list[bool]]:
    return (
        [p.detach().clone() for p in model.parameters()],
        [p.requires_grad for p in model.parameters()],
        [m.training for m in model.modules()],
    )


@pytest.fixture
def model(engine: Engine) -> nn.Module:
    return engine.pair(ONE).predictor.model


def test_a_good_model_passes_and_is_left_as_it_was(engine: Engine, model: nn.Module) -> None:
    before = state(model)
    found, health = check(engine, ONE)
    assert found.passed, found
    assert [s.name for s in found.stages] == ["Tokenizer", "Logits", "Finite", "Pooling weights", "Padding", "Gradient"]
    assert not health.refusals
    after = state(model)
    assert all(map(torch.equal, before[0], after[0]))
    assert before[1:] == after[1:]
    assert all(p.grad is None for p in model.parameters())


def test_a_pooler_that_looks_at_padding_fails(
    engine: Engine, model: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.model.poolers.attention import AttentionHead

    real = AttentionHead.forward
    monkeypatch.setattr(AttentionHead, "forward", lambda self, h, m: real(self, h, torch.ones_like(m)))
    failed = [s.name for s in check(engine, ONE)[0].stages if not s.passed]
    assert failed == ["Padding"]


def test_nan_fails(engine: Engine, model: nn.Module) -> None:
    model.base_model.model.score.modules_to_save["default"].weight.data[0, 0] = torch.nan  # type: ignore[union-attr,index]
    assert "Finite" in [s.name for s in check(engine, ONE)[0].stages if not s.passed]


def test_the_models_own_output_comes_back_and_flags_stay(tiny_folders: dict[str, Path], model: nn.Module) -> None:
    model.train()
    flags = state(model)[2]
    output = dry_run(model, {"input_ids": torch.tensor([[3, 4, 5]]), "labels": torch.tensor([1])})
    assert output.logits.shape == (1, 4)
    assert output.loss.isfinite()
    assert state(model)[2] == flags
