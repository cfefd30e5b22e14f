"""Whether a folder has a tokenizer, by the names of its files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.files.tokenizer_files import has_tokenizer, lacks_tokenizer


@pytest.mark.parametrize(
    ("names", "lacks"),
    [
        ((), True),
        (("tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "README.txt"), True),
        (("model.safetensors.index.json", "requirements.txt"), True),
        (("tokenizer.json",), False),
        (("spiece.model",), False),
        (("tekken.json",), False),
        (("bpe.codes",), False),
    ],
)
def test_a_folder_without_any_vocabulary_has_none(tmp_path: Path, names: tuple[str, ...], lacks: bool) -> None:
    for name in ("config.json", "model.safetensors", *names):
        (tmp_path / name).write_text("{}")
    assert lacks_tokenizer(tmp_path, {"model_type": "llama"}) is lacks
    assert not (lacks and has_tokenizer(tmp_path))


def test_one_of_bytes_or_characters_needs_no_file(tmp_path: Path) -> None:
    assert not lacks_tokenizer(tmp_path, {"model_type": "canine"})
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "ByT5Tokenizer"}))
    assert not lacks_tokenizer(tmp_path, {"model_type": "t5"})
