"""Folders of ours in a process without our code: what their cards say is run, and answers as we do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.config import AdapterConfig, BaseModelConfig
from core.model.adapters.attach import load_adapter
from core.model.open import OpenedClassifier, open_classifier
from core.model.opening import adapter_opening, folder_opening, why_not, write_folder_card
from core.model.save import save_classifier
from core.model.stock.config import DEFAULTS
from core.words.opening import opening
from tests.elsewhere import (
    assert_same_logits,
    assert_same_scores,
    ids_of,
    opened_elsewhere,
    printed_elsewhere,
    python_lines,
)
from tests.model.conftest import LABELS, write_adapter
from tests.tiny import make_tiny_tokenizer, save_tiny_classifier

WHOLE: dict[str, dict[str, Any]] = {
    "llama": {},
    "llama-bidirectional": {"pooler_type": "context"},
    "gemma2": {},
    "bert": {"model_type": "vanilla"},
}
ADAPTERS = ("llama", "llama-bidirectional", "gemma2", "mistral", "bert")


def family(name: str) -> str:
    return name.removesuffix("-bidirectional")


def from_folder(folder: Path, name: str, **fields: Any) -> OpenedClassifier:
    kind = "vanilla" if name == "bert" else name
    return open_classifier(
        BaseModelConfig(**{"pretrained_model_name_or_path": str(folder), "model_type": kind, **fields})
    )


def answered(model: Any) -> Tensor:
    with torch.inference_mode():
        logits: Tensor = model(input_ids=ids_of(make_tiny_tokenizer())).logits
        return logits


def test_the_lines_of_whole_classifiers(tmp_path: Path) -> None:
    folders, expected = [], []
    for name, fields in WHOLE.items():
        base = save_tiny_classifier(tmp_path / "bases" / name, family(name), LABELS)
        model = from_folder(base, name, **fields).model
        folder = tmp_path / name
        save_classifier(model, folder)
        make_tiny_tokenizer().save_pretrained(folder)
        write_folder_card(folder, title=name, base=name, says=("Made for a test.",))
        folders.append(folder)
        expected.append(answered(model))
    for folder, answer, logits in zip(folders, opened_elsewhere(folders), expected, strict=True):
        assert_same_scores(answer, logits, LABELS)
        assert not list(folder.glob("*.bin"))
        config = json.loads((folder / "config.json").read_text())
        assert config["model_type"] in ("llama", "gemma2", "bert")
        assert config["architectures"][0].endswith("ForSequenceClassification")
        assert not config.keys() & DEFAULTS.keys()


def test_the_lines_of_adapters(tmp_path: Path) -> None:
    folders, expected = [], []
    for name in ADAPTERS:
        folder = tmp_path / name
        opened = from_folder(save_tiny_classifier(folder / "base", family(name), LABELS), name)
        targets = ("query", "value") if name == "bert" else ("q_proj", "down_proj")
        write_adapter(opened, folder, AdapterConfig(r=4, target_modules=targets))
        attached = load_adapter(opened, folder)
        how = adapter_opening(opened, attached.model.get_base_model(), "base", 100)
        assert how.stock_class.endswith("ForSequenceClassification")
        (folder / "README.md").write_text(opening(how))
        config = json.loads((folder / "adapter_config.json").read_text())
        assert "core." not in json.dumps(config)
        folders.append(folder)
        expected.append(answered(attached.model))
    for answer, logits in zip(opened_elsewhere(folders), expected, strict=True):
        assert_same_logits(answer, logits)
    assert '"is_causal": False' in (tmp_path / "llama-bidirectional" / "README.md").read_text()


def test_what_no_stock_class_answers_is_refused_there_and_said_here(tmp_path: Path) -> None:
    stock = {"llama": "LlamaForSequenceClassification", "mistral": "MistralForSequenceClassification"}
    opened = "from transformers import {0}\nprint({0}.from_pretrained('.'))"
    runs: list[tuple[Path, str]] = []
    for name in stock:
        base = save_tiny_classifier(tmp_path / name / "base", name, LABELS)
        model = from_folder(base, name, pooler_type="mean").model
        folder = tmp_path / name / "mean"
        save_classifier(model, folder)
        make_tiny_tokenizer().save_pretrained(folder)
        write_folder_card(folder, title=name, base=name, says=())
        card = (folder / "README.md").read_text()
        assert "No class of transformers gives these logits" in card
        assert "(mean," in card
        assert python_lines(card) == ""
        runs += [(folder, opened.format(c)) for c in ("AutoModelForSequenceClassification", stock[name])]
    printed = [answer for (answer,) in printed_elsewhere(runs)]
    for name, auto, direct in zip(stock, printed[::2], printed[1::2], strict=True):
        assert f"pooled_{name}" in auto
        assert "no file named model.safetensors" in direct


def test_an_adapter_with_another_pooler_says_so(tmp_path: Path) -> None:
    opened = from_folder(save_tiny_classifier(tmp_path / "base", "llama", LABELS), "llama")
    model = from_folder(tmp_path / "base", "llama", pooler_type="attention").model
    how = adapter_opening(opened, model, "base")
    assert (how.stock_class, how.base) == ("", "base")
    card = opening(how)
    assert "PEFT alone would put the adapter on another classifier" in card
    assert "python -m core classify base --adapter FOLDER" in card


def test_fields_that_the_base_does_not_state_are_arguments(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    shortened = from_folder(base, "llama", num_layers_to_remove=1)
    fields = dict(adapter_opening(shortened, shortened.model, "base").fields)
    assert fields["num_hidden_layers"] == "1"
    assert fields["num_labels"] == str(len(LABELS))
    assert adapter_opening(shortened, shortened.model, "base").dtype == "float32"


def test_padding_that_may_end_a_text_is_the_reason(tmp_path: Path) -> None:
    base = save_tiny_classifier(tmp_path / "base", "llama", LABELS)
    model = from_folder(base, "llama").model
    assert "may end in the padding token" in why_not(model.config)
    assert folder_opening(base).stock_class == "LlamaForSequenceClassification"
