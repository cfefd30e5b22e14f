"""Adapters of another kind, family, mask or base: PEFT takes most of them without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import AdapterError
from core.model.adapters.attach import load_adapter
from core.results import CheckStatus
from tests.model.adapters.altered import changed
from tests.model.conftest import LABELS, opened, write_adapter
from tests.tiny import tiny_model


def test_another_kind_of_adapter(tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match="Kind: It is a PEFT adapter of type 'IA3'.*Fix: "):
        load_adapter(opened(tiny_folders["llama"]), changed(llama_adapter, tmp_path / "a", config={"peft_type": "IA3"}))


def test_another_family_with_the_same_shapes(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    with pytest.raises(AdapterError, match="Architecture: It was trained on a 'llama' model; this base is 'mistral'"):
        load_adapter(opened(tiny_folders["mistral"], "mistral"), llama_adapter)


def test_another_checkpoint_of_the_same_architecture(
    tiny_folders: dict[str, Path], tiny_tokenizer: Any, llama_adapter: Path, tmp_path: Path
) -> None:
    tiny_model("llama", len(tiny_tokenizer), seed=1).save_pretrained(tmp_path / "other")
    with pytest.raises(AdapterError, match="Base: It was trained on other weights"):
        load_adapter(opened(tmp_path / "other"), llama_adapter)


def test_another_mask(tiny_folders: dict[str, Path], llama_adapter: Path) -> None:
    with pytest.raises(AdapterError, match="Mask: .* Fix: set the candidate's model_type to 'llama'"):
        load_adapter(opened(tiny_folders["llama"], "llama-bidirectional"), llama_adapter)


def test_without_a_card_what_is_unknown_is_said(
    tiny_folders: dict[str, Path], tmp_path: Path, tiny_tokenizer: Any
) -> None:
    base = opened(tiny_folders["llama"])
    write_adapter(base, tmp_path / "plain")
    (tmp_path / "plain" / "classifier.json").unlink()
    named = {c.name: c for c in load_adapter(base, tmp_path / "plain").health.checks}
    assert named["Architecture"].status is CheckStatus.NOTE
    nameless = changed(tmp_path / "plain", tmp_path / "nameless", config={"base_model_name_or_path": None})
    assert "does not say which base" in str(load_adapter(base, nameless).health.checks)
    tiny_model("llama", len(tiny_tokenizer), seed=1).save_pretrained(tmp_path / "other")
    local = changed(tmp_path / "plain", tmp_path / "local", config={"base_model_name_or_path": str(tmp_path / "other")})
    with pytest.raises(AdapterError, match="Base: It was trained on other weights"):
        load_adapter(base, local)


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        ({"use_superlora": True}, "the field 'use_superlora', which PEFT"),
        ({"zz": [1], "aa": {"b": 1}}, "the fields 'aa', 'zz', which PEFT"),
        ({"use_superlora": False, "other": None, "third": [], "fourth": {}, "fifth": 0, "sixth": ""}, ""),
        ({"peft_version": "0.99", "use_rslora": True}, ""),
    ],
)
def test_unknown_fields_are_said_where_they_are_switched_on(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, fields: dict[str, Any], warned: str
) -> None:
    adapter = changed(llama_adapter, tmp_path / "a", config=fields)
    named = {c.name: c for c in load_adapter(opened(tiny_folders["llama"]), adapter).health.checks}
    assert named["Fields"].status is (CheckStatus.WARNING if warned else CheckStatus.PASSED)
    assert warned in named["Fields"].message


@pytest.mark.parametrize("kind", [None, "IA3", "PROMPT_TUNING", "lora", ["LORA"]])
def test_kinds_are_named_as_they_stand(
    tiny_folders: dict[str, Path], llama_adapter: Path, tmp_path: Path, kind: object
) -> None:
    adapter = changed(llama_adapter, tmp_path / "a", config={"peft_type": kind})
    with pytest.raises(AdapterError, match="does not say its peft_type" if kind is None else "of type "):
        load_adapter(opened(tiny_folders["llama"]), adapter)


@pytest.mark.parametrize(
    ("card", "status"),
    [
        ({}, {"Architecture": "note", "Mask": "note", "Stated sizes": "passed"}),
        ({"model_type": "llama"}, {"Architecture": "passed", "Mask": "passed", "Stated sizes": "passed"}),
        ({"bidirectional": False}, {"Architecture": "note", "Mask": "passed", "Stated sizes": "passed"}),
        ({"hidden_size": 32, "num_hidden_layers": 2}, {"Mask": "note", "Stated sizes": "passed"}),
    ],
)
def test_a_card_of_a_few_fields_is_checked_by_these(
    tiny_folders: dict[str, Path], tmp_path: Path, card: dict[str, Any], status: dict[str, str]
) -> None:
    base = opened(tiny_folders["llama"])
    write_adapter(base, tmp_path / "a")
    (tmp_path / "a" / "classifier.json").write_text(json.dumps({"labels": list(LABELS), **card}))
    loaded = load_adapter(base, tmp_path / "a")
    named = {c.name: c.status.value for c in loaded.health.checks}
    assert loaded.labels == LABELS
    assert {name: named[name] for name in status} == status
    assert named["Labels"] == "passed"


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ({"model_type": "mistral"}, "trained on a 'mistral' model"),
        ({"bidirectional": True}, "Fix: set the candidate's model_type to 'llama-bidirectional'"),
        ({"hidden_size": 64}, "trained on a base of hidden_size 64; this one has 32"),
        ({"num_hidden_layers": 3}, "trained on a base of num_hidden_layers 3; this one has 2"),
    ],
)
def test_what_a_card_states_is_held_against_the_base(
    tiny_folders: dict[str, Path], tmp_path: Path, card: dict[str, Any], message: str
) -> None:
    base = opened(tiny_folders["llama"])
    write_adapter(base, tmp_path / "a")
    (tmp_path / "a" / "classifier.json").write_text(json.dumps({"labels": list(LABELS), **card}))
    with pytest.raises(AdapterError, match=message):
        load_adapter(base, tmp_path / "a")
