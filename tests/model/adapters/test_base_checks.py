"""Adapters of another kind, family, mask or base: PEFT takes most of them without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import AdapterError
from core.model.adapters.attach import load_adapter
from core.results import CheckStatus
from tests.model.adapters.altered import changed
from tests.model.conftest import opened, write_adapter
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
