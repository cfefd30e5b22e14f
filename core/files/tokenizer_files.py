"""Whether a folder brings a tokenizer: by the names of its files, before any of them is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.files.contents import read_table

#: What makes a folder one with a tokenizer: its vocabulary. Settings alone make none.
VOCABULARIES = (
    *("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model"),
    *("spiece.model", "spm.model", "sentencepiece.bpe.model"),
)
SETTINGS = "tokenizer_config.json"
#: Tokenizers that read bytes or characters, and have no file of their own: by the architecture, or by their class.
_WITHOUT_FILES = frozenset({"canine", "perceiver", "ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer"})
#: Files beside a vocabulary that are none.
_SETTINGS = frozenset(
    {SETTINGS, "config.json", "generation_config.json", "special_tokens_map.json", "added_tokens.json"}
    | {"preprocessor_config.json", "chat_template.json", "classifier.json", "adapter_config.json", "trainer_state.json"}
)
#: Endings of vocabularies of other tokenizers of transformers.
_OTHERS = (".json", ".model", ".txt", ".vocab", ".codes", ".bpe", ".spm", ".tokenizer", ".tiktoken")
_NOT_OTHERS = (".index.json", "requirements.txt", "readme.txt", "license.txt")


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder brings a tokenizer."""
    return any((folder / name).is_file() for name in VOCABULARIES)


def lacks_tokenizer(folder: Path, config: Mapping[str, Any]) -> bool:
    """Whether a model's folder certainly has none: no file that could be a vocabulary, for a kind that needs one."""
    named = {config.get("model_type"), read_table(folder / SETTINGS).get("tokenizer_class")}
    if has_tokenizer(folder) or named & _WITHOUT_FILES:
        return False
    names = (name for name in os.listdir(folder) if name not in _SETTINGS)
    return not any(name.endswith(_OTHERS) and not name.lower().endswith(_NOT_OTHERS) for name in names)
