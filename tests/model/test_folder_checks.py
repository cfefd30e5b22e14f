"""What a folder holds beside its weights: said, and never applied or run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification

from core.errors import CheckpointError
from core.model.folder_checks import folder_checks
from core.results import Check, CheckStatus
from tests.model.conftest import as_it_is
from tests.tiny import save_tiny_classifier

IDS = torch.arange(3, 12)[None]


def edited(folder: Path, file: str = "config.json", **fields: Any) -> None:
    path = folder / file
    data = json.loads(path.read_text()) if path.is_file() else {}
    path.write_text(json.dumps({**data, **fields}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_tiny_classifier(tmp_path / "m", "llama", ("no", "yes"))


def checks(folder: Path, adapter: Path | None = None) -> list[Check]:
    return folder_checks(as_it_is(folder), adapter)


def test_there_is_nothing_to_say_of_a_plain_folder(folder: Path, tiny_folders: dict[str, Path]) -> None:
    assert checks(folder) == []
    assert all(checks(each) == [] for each in tiny_folders.values())


@pytest.mark.parametrize("family", ["llama", "gemma2", "bert"])
@pytest.mark.parametrize("damaged", [False, True])
def test_an_adapter_beside_the_weights_is_not_applied(tmp_path: Path, family: str, damaged: bool) -> None:
    folder = save_tiny_classifier(tmp_path / "m", family, ("no", "yes"))
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    before = as_it_is(folder).model(IDS).logits
    names = ["query"] if family == "bert" else ["q_proj"]
    adapted = get_peft_model(model, LoraConfig(r=2, target_modules=names, init_lora_weights=False))
    adapted.save_pretrained(tmp_path / "a")
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        shutil.copy(tmp_path / "a" / name, folder)
    if damaged:
        (folder / "adapter_model.safetensors").unlink()
    result = as_it_is(folder)
    with torch.inference_mode():
        torch.testing.assert_close(result.model(IDS).logits, before, rtol=0, atol=0)
    (check,) = folder_checks(result)
    assert check.status is CheckStatus.WARNING
    assert "adapter_config.json" in check.message
    assert f"--adapter {folder}" in check.command_fix
    assert folder_checks(result, folder) == []
    assert folder_checks(result, tmp_path / "a") == [check]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"auto_map": {"AutoModelForSequenceClassification": "modeling_bi.BiLlama"}}, "warning", "modeling_bi.BiLlama"),
        ({"auto_map": {"AutoModel": ["a.B", None]}}, "warning", "a.B"),
        ({"auto_map": {"AutoConfig": "a.B"}}, "note", "its config"),
        ({"auto_map": {"AutoTokenizer": ["a.B", None]}}, "note", "its config"),
        ({"architectures": ["BiLlamaForSequenceClassification"]}, "warning", "BiLlamaForSequenceClassification"),
        ({"architectures": ["LLaMAForSequenceClassification"]}, "", ""),
        ({"architectures": None}, "", ""),
        ({"auto_map": {}}, "", ""),
        ({"auto_map": "x"}, "", ""),
    ],
)
def test_code_of_its_own_is_not_run(folder: Path, fields: dict[str, Any], status: str, words: str) -> None:
    edited(folder, **fields)
    (folder / "modeling_bi.py").write_text("raise SystemExit")
    seen = checks(folder)
    assert [check.status.value for check in seen] == ([status] if status else [])
    assert all(words in check.message and "never run" in check.message for check in seen)


def test_a_tokenizers_own_code_is_a_note(folder: Path) -> None:
    edited(folder, "tokenizer_config.json", auto_map={"AutoTokenizer": ["a.B", None]})
    (check,) = checks(folder)
    assert (check.status, "its tokenizer" in check.message) == (CheckStatus.NOTE, True)


def test_our_own_classes_are_no_foreign_code(tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    as_it_is(tiny_folders["llama"], pooler_type="mean").model.save_pretrained(tmp_path)
    shutil.copy(tiny_folders["llama"] / "tokenizer.json", tmp_path)
    assert checks(tmp_path) == []


def test_a_head_of_another_task_is_said(folder: Path, tmp_path: Path) -> None:
    edited(folder, architectures=["LlamaForTokenClassification"])
    (check,) = checks(folder)
    assert check.status is CheckStatus.WARNING
    assert "LlamaForTokenClassification: its head is for token classification and is not used" in check.message
    assert [c.status for c in checks(folder, tmp_path)] == [CheckStatus.NOTE]


def test_names_that_do_not_fit_are_said_where_the_own_head_answers(folder: Path, tmp_path: Path) -> None:
    edited(folder, id2label={"1": "no", "2": "yes"})
    assert [(c.name, c.status) for c in checks(folder)] == [("Class names", CheckStatus.WARNING)]
    assert checks(folder, tmp_path) == []


def test_codes_without_their_config_are_said(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    name = "model.layers.0.mlp.up_proj.weight"
    tensors[name] = tensors[name].to(torch.int8)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (check,) = checks(folder)
    assert check.status is CheckStatus.WARNING
    assert f"'{name}' is stored as I8" in check.message
    assert "codes are read as numbers" in check.message


@pytest.mark.parametrize("name", ["weight_scale_inv", "weight.absmax", "SCB", "qzeros"])
def test_scales_of_codes_without_their_config_are_refused(folder: Path, name: str) -> None:
    tensors = load_file(folder / "model.safetensors") | {f"model.layers.0.mlp.up_proj.{name}": torch.ones(1, 1)}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(CheckpointError, match=f"{name}' belongs to codes.* config.json does not say how"):
        checks(folder)
