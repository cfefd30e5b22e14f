"""Adapters looked at without a model: what a load refuses is refused by the files, and what it takes is taken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSequenceClassification, LlamaConfig, LlamaForCausalLM

from core.errors import AppError
from core.files.folders import read_adapter_folder, read_model_folder
from core.model.adapters.attach import load_adapter
from core.model.adapters.card import read_card
from core.model.adapters.header_checks import header_checks
from core.model.adapters.outcomes import require_none_refused
from core.results import Check, CheckStatus
from core.settings import ROOT
from tests.families import tiny_config
from tests.model.adapters.altered import changed
from tests.model.conftest import opened
from tests.tiny import tiny_model


def seen(base: Path, adapter: Path, *, bidirectional: bool = False) -> list[Check]:
    folder, stored = read_model_folder(base), read_adapter_folder(adapter)
    return header_checks(folder, stored, read_card(adapter), bidirectional=bidirectional)


def refusals(checks: list[Check]) -> list[str]:
    return [c.name for c in checks if c.status is CheckStatus.REFUSED]


def test_a_good_adapter_is_refused_nothing(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    assert {c.status for c in seen(tiny_folders["llama"], llama_adapter)} == {CheckStatus.PASSED}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("Kind", {"config": {"peft_type": "IA3"}}),
        ("Layers", {"config": {"layers_to_transform": [0, 7]}}),
        ("Rank", {"config": {"r": 8}}),
        ("Labels", {"card": {"labels": ["a", "b"]}}),
        ("Stated sizes", {"card": {"hidden_size": 64}}),
        ("Mask", {"card": {"bidirectional": True}}),
        ("Start", {"config": {"init_lora_weights": "corda"}}),
        (
            "Targets",
            {
                "tensors": lambda t: {k.replace("q_proj", "query"): v for k, v in t.items()},
                "card": {"model_type": None},
            },
        ),
        ("Layers", {"tensors": lambda t: {k.replace("layers.1", "layers.5"): v for k, v in t.items()}}),
    ],
)
def test_what_files_tell_is_refused_as_a_load_refuses_it(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, name: str, change: dict[str, Any]
) -> None:
    wrong = changed(llama_adapter, tmp_path / "wrong", **change)
    assert name in refusals(seen(tiny_folders["llama"], wrong))
    with pytest.raises(AppError):
        load_adapter(opened(tiny_folders["llama"]), wrong)


def test_another_family_in_the_words_of_a_load(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    checks = seen(tiny_folders["gemma2"], llama_adapter)
    with pytest.raises(AppError) as by_files:
        require_none_refused(checks, llama_adapter, tiny_folders["gemma2"])
    with pytest.raises(AppError) as by_load:
        load_adapter(opened(tiny_folders["gemma2"], "gemma2"), llama_adapter)
    assert "Architecture: It was trained on a 'llama' model; this base is 'gemma2'" in str(by_files.value)
    assert by_files.value.fix == by_load.value.fix


def test_other_weights_and_another_width(tiny_tokenizer: Any, llama_adapter: Path, tmp_path: Path) -> None:
    tiny_model("llama", len(tiny_tokenizer), seed=1).save_pretrained(tmp_path / "other")
    assert refusals(seen(tmp_path / "other", llama_adapter)) == ["Base"]
    wide = LlamaConfig(hidden_size=64, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, vocab_size=320)
    LlamaForCausalLM(wide).save_pretrained(tmp_path / "wide")
    stock = changed(llama_adapter, tmp_path / "stock")
    (stock / "classifier.json").unlink()
    assert "Sizes" in refusals(seen(tmp_path / "wide", stock))


@pytest.mark.parametrize(
    ("family", "targets"),
    [
        *((family, "all-linear") for family in ("llama", "gemma2", "mistral", "bert", "roberta", "phi3", "qwen2")),
        ("distilbert", ["q_lin", "v_lin"]),
        ("gpt2", ["c_attn"]),
        ("mixtral", ["q_proj", "v_proj"]),
    ],
)
def test_what_peft_saves_on_a_stock_classifier_is_taken(family: str, targets: str | list[str], tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_config(tiny_config(family, num_labels=3))
    model.save_pretrained(tmp_path / "base")
    transposed = family == "gpt2"
    config = LoraConfig(
        task_type="SEQ_CLS", r=2, target_modules=targets, init_lora_weights=False, fan_in_fan_out=transposed
    )
    get_peft_model(model, config).save_pretrained(tmp_path / "adapter")
    assert refusals(seen(tmp_path / "base", tmp_path / "adapter")) == []


def test_looking_brings_no_torch() -> None:
    code = (
        "import sys, core.engine.fit, core.model.adapters.header_checks; "
        "print([m for m in ('torch', 'transformers', 'peft') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []
