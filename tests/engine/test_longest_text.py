"""How much of a text is read: the same by the files alone as in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModel

from core.config import BaseModelConfig, CandidateConfig
from core.engine.longest_text import longest_by_files, longest_text, stated_limit
from core.engine.pair_tokenizer import read_tokenizer, token_limit
from core.files.config_numbers import config_numbers
from core.model.open import open_classifier
from tests.engine.test_pair_tokenizer import closing
from tests.families import tiny_config
from tests.tiny import make_tiny_tokenizer


@pytest.mark.parametrize(
    ("stated", "expected"), [(32, 32), (None, None), (10**30, None), (1e30, None), (int(1e20), 10**20), (512.0, 512)]
)
def test_the_tokenizers_own_limit_counts_where_it_is_a_real_number(stated: Any, expected: int | None) -> None:
    assert stated_limit(closing(model_max_length=stated).model_max_length) == expected


def test_the_shortest_limit_that_is_said_holds() -> None:
    assert longest_text(None, None, None, 10**6) == 4096
    assert longest_text(None, None, 32, 128) == 32
    assert longest_text(None, 64, 32, 128) == 64
    assert longest_text(48, 40, 32, 128) == 40
    assert longest_text(4000, None, 32, 128) == 128


@pytest.mark.parametrize("limit", [None, 40])
@pytest.mark.parametrize("family", ["llama", "gemma2", "bert", "roberta", "gpt2", "distilbert"])
def test_files_tell_what_is_read_in_memory(family: str, limit: int | None, tmp_path: Path) -> None:
    torch.manual_seed(0)
    AutoModel.from_config(tiny_config(family)).save_pretrained(tmp_path)
    make_tiny_tokenizer().save_pretrained(tmp_path)
    path = tmp_path / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_max_length": limit or 10**30}))
    base = BaseModelConfig(pretrained_model_name_or_path=str(tmp_path))
    config = CandidateConfig(id="a", base_model=base)
    read = token_limit(config, open_classifier(base), None, read_tokenizer(tmp_path))
    assert longest_by_files(config, config_numbers(tmp_path), tmp_path) == read


def test_of_what_is_not_here_the_numbers_tell(tmp_path: Path) -> None:
    base = BaseModelConfig(pretrained_model_name_or_path="org/model")
    known = CandidateConfig(id="a", base_model=base, max_tokens=2048)
    assert longest_by_files(known, {"max_position_embeddings": 131_072}, None) == 2048
    assert longest_by_files(CandidateConfig(id="a", base_model=base), {}, None) is None
