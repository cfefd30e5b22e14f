"""Pooler and head of a folder, by what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModel

from core.files.folders import read_model_folder
from core.model.hf_config import stored_config
from core.model.stored_parts import parts_in, stored_head
from tests.families import tiny_config
from tests.model.heads.test_stock import K, stock


@pytest.mark.parametrize(
    ("name", "pooler", "head"),
    [
        ("bert", "cls", "stock"),
        ("deberta", "cls", "stock"),
        ("llama", "context", "vanilla"),
        ("gpt2", "context", "vanilla"),
    ],
)
def test_a_classifiers_folder_says_its_parts(name: str, pooler: str, head: str, tmp_path: Path) -> None:
    stock(name, tmp_path)
    folder = read_model_folder(tmp_path)
    parts = parts_in(folder, stored_config(folder))
    assert (parts["pooler_type"], parts["head_type"]) == (pooler, head)
    assert stored_head(folder, stored_config(folder)) == (head, K)


def test_the_padding_token_is_never_the_last(tmp_path: Path) -> None:
    stock("llama", tmp_path, pad_token_id=7)
    folder = read_model_folder(tmp_path)
    assert parts_in(folder, stored_config(folder))["pooler_config"]["ignored_token_id"] == 7


def test_a_bare_model_has_no_head(tmp_path: Path) -> None:
    model: Any = AutoModel.from_config(tiny_config("bert"))
    model.save_pretrained(tmp_path)
    folder = read_model_folder(tmp_path)
    assert stored_head(folder, stored_config(folder)) is None
    assert parts_in(folder, stored_config(folder))["head_type"] == "vanilla"
