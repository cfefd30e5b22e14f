"""LoRA on a trained head: the head is the base's, the adapter holds factors only."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.model.adapters.attach import load_adapter
from core.results import CheckStatus
from tests.model.heads.test_stock import assert_equal, logits, opened, peft_adapter, stock

HEADS = {"llama": ["q_proj", "score"], "bert": ["query", "classifier"], "roberta": ["query", "classifier.out_proj"]}


@pytest.mark.parametrize("name", HEADS)
def test_factors_on_a_trained_head_answer_as_in_peft(name: str, tmp_path: Path) -> None:
    model = stock(name, tmp_path / "base")
    theirs = peft_adapter(model, tmp_path / "adapter", target_modules=HEADS[name], task_type=None)
    ours = load_adapter(opened(tmp_path / "base"), tmp_path / "adapter")
    assert_equal(logits(ours.model), logits(theirs))
    assert not ours.untrained
    (check,) = [check for check in ours.health.checks if check.name == "Pooler and head"]
    assert check.status is CheckStatus.NOTE
