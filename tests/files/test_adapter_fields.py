"""Fields of adapter_config.json, with what PEFT itself takes as the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, get_peft_model
from torch import nn

from core.errors import CheckpointError
from core.files.adapter_fields import require_fields

PLAIN: dict[str, Any] = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["q"]}


class Tiny(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layer = nn.ModuleDict({"q": nn.Linear(4, 4), "v": nn.Linear(4, 4)})
        self.model = nn.ModuleDict({"layers": nn.ModuleList([layer])})


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"lora_alpha": 2.5},
        {"lora_dropout": 0},
        {"bias": "all"},
        {"target_modules": ".*q"},
        {"layers_to_transform": 0},
        {"layers_to_transform": [0]},
        {"rank_pattern": {"q": 2}, "alpha_pattern": {"q": 1.5}},
        {"modules_to_save": ["v"], "exclude_modules": None},
    ],
)
def test_what_peft_takes_is_taken(tmp_path: Path, change: dict[str, Any]) -> None:
    config = PLAIN | change
    get_peft_model(Tiny(), LoraConfig(**{k: v for k, v in config.items() if k != "peft_type"}))
    require_fields(config, tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"r": "x"},
        {"r": 0},
        {"r": -1},
        {"r": None},
        {"r": True},
        {"lora_alpha": "x"},
        {"lora_alpha": None},
        {"lora_dropout": "x"},
        {"bias": "foo"},
        {"target_modules": 3},
        {"target_modules": [1]},
        {"layers_to_transform": "x"},
        {"rank_pattern": [1]},
        {"rank_pattern": {"q": "x"}},
        {"alpha_pattern": "x"},
        {"modules_to_save": "v"},
        {"modules_to_save": 3},
    ],
)
def test_another_kind_is_refused_by_name(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(CheckpointError, match=f"'{next(iter(change))}' in '.*adapter_config.json' is .*, and takes"):
        require_fields(PLAIN | change, tmp_path)


def test_other_kinds_of_adapters_are_refused_by_others(tmp_path: Path) -> None:
    require_fields({"peft_type": "IA3", "r": "x"}, tmp_path)
    require_fields({"r": "x"}, tmp_path)
