"""`init_lora_weights` of a saved adapter: used again, said, or refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import AdapterError
from core.model.adapters.attach import load_adapter
from core.model.adapters.start_values import FIELD, start_values, usable
from core.results import CheckStatus
from tests.model.heads.test_stock import assert_equal, logits, opened, peft_adapter, stock


def with_start(folder: Path, value: Any) -> None:
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    config.pop(FIELD) if value is None else config.update({FIELD: value})
    path.write_text(json.dumps(config))


@pytest.mark.parametrize("value", [True, False, None, "gaussian", "eva", "orthogonal", "something_new"])
def test_the_factors_are_those_of_the_file(value: Any, tmp_path: Path) -> None:
    theirs = peft_adapter(stock("llama", tmp_path / "base"), tmp_path / "adapter", target_modules=["q_proj"])
    with_start(tmp_path / "adapter", value)
    ours = load_adapter(opened(tmp_path / "base"), tmp_path / "adapter")
    assert_equal(logits(ours.model), logits(theirs))
    said = [check for check in ours.health.checks if FIELD in check.message]
    assert bool(said) == isinstance(value, str)
    assert any(check.status is CheckStatus.WARNING for check in said) == (value == "something_new")


@pytest.mark.parametrize("value", ["corda", "lora_ga"])
def test_what_changed_the_base_by_training_texts_is_refused(value: str, tmp_path: Path) -> None:
    peft_adapter(stock("llama", tmp_path / "base"), tmp_path / "adapter", target_modules=["q_proj"])
    with_start(tmp_path / "adapter", value)
    with pytest.raises(AdapterError, match=FIELD):
        load_adapter(opened(tmp_path / "base"), tmp_path / "adapter")


def test_what_changes_the_base_again_keeps_its_name() -> None:
    assert usable({FIELD: "pissa_niter_4"}) == "pissa_niter_4"
    assert usable({FIELD: "olora"}) == "olora"
    assert usable({FIELD: "loftq"}) is True
    assert start_values({}).status is CheckStatus.PASSED
