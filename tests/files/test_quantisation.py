"""How a checkpoint is stored, and which package a method needs."""

from __future__ import annotations

from typing import Any

import pytest

from core.config.quantisation import quantisation_named
from core.errors import CheckpointError
from core.files import quantisation
from core.files.quantisation import missing_package, require_method, stored_method


@pytest.mark.parametrize(
    ("config", "method"),
    [
        ({}, None),
        ({"quantization_config": None}, None),
        ({"quantization_config": {"quant_method": "GPTQ", "bits": 4}}, "gptq"),
        ({"quantization_config": {"load_in_4bit": True}}, "bitsandbytes"),
        ({"quantization_config": {"quant_method": "bitsandbytes", "load_in_8bit": True}}, "bitsandbytes"),
        ({"quantization_config": {"bits": 4}}, "a method that is not stated"),
    ],
)
def test_the_method_of_a_config(config: dict[str, Any], method: str | None) -> None:
    assert stored_method(config) == method


def test_nothing_is_missing_here() -> None:
    assert missing_package("bitsandbytes") is None
    assert missing_package("none") is None
    require_method(quantisation_named("nf4"), "model")


def test_a_missing_package_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantisation, "find_spec", lambda _: None)
    assert missing_package("bitsandbytes") == "bitsandbytes"
    require_method(quantisation_named("none"), "model")
    with pytest.raises(CheckpointError) as error:
        require_method(quantisation_named("nf4-double"), "model")
    assert "'model'" in error.value.problem
    assert "bitsandbytes (nf4-double)" in error.value.problem
    assert "requirements-quantised.txt" in error.value.command_fix
