"""Whose tokenizer a pair reads with, and how much of a text."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tokenizers.processors import TemplateProcessing
from transformers import AutoTokenizer

from core.config import BaseModelConfig, CandidateConfig
from core.engine.pair_tokenizer import pair_tokenizer, read_tokenizer, token_limit
from core.errors import CheckpointError
from core.files.folders import read_model_folder
from core.files.tokenizer_files import has_tokenizer
from core.model.open import open_classifier
from tests.tiny import make_tiny_tokenizer, save_tiny_classifier

TEXT = "My card has not arrived yet."


def closing(**options: Any) -> Any:
    """Another tokenizer than the base's: a text ends with `</s>`."""
    made = make_tiny_tokenizer()
    made.backend_tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    for name, value in options.items():
        setattr(made, name, value)
    return made


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    return folder


def test_without_one_in_the_adapters_folder_it_is_the_bases(tiny_folders: dict[str, Path], adapter: Path) -> None:
    base = read_model_folder(tiny_folders["llama"])
    for folder in (None, adapter):
        reading = pair_tokenizer(base, folder)
        assert (reading.own, reading.left_out, reading.base) == (False, (), None)
        assert reading.tokenizer(TEXT)["input_ids"] == make_tiny_tokenizer()(TEXT)["input_ids"]


@pytest.mark.parametrize("settings", [True, False])
def test_the_adapters_own_is_used_whole(tiny_folders: dict[str, Path], adapter: Path, settings: bool) -> None:
    closing(chat_template="{{ messages[0].content }}").save_pretrained(adapter)
    path = adapter / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"truncation_side": "left"}))
    if not settings:
        path.unlink()
    reading = pair_tokenizer(read_model_folder(tiny_folders["llama"]), adapter)
    assert reading.own
    assert reading.base is not None
    assert reading.tokenizer(TEXT)["input_ids"] == closing()(TEXT)["input_ids"] != reading.base(TEXT)["input_ids"]
    assert bool(reading.tokenizer.chat_template)
    if settings:
        assert reading.tokenizer.truncation_side == AutoTokenizer.from_pretrained(adapter).truncation_side == "left"


def test_a_base_without_a_tokenizer_needs_none_then(
    tiny_folders: dict[str, Path], adapter: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_folders["llama"], tmp_path / "bare"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    closing().save_pretrained(adapter)
    reading = pair_tokenizer(read_model_folder(folder), adapter)
    assert (reading.own, reading.base) == (True, None)
    with pytest.raises(CheckpointError, match="The tokenizer in '.*bare' cannot be read"):
        pair_tokenizer(read_model_folder(folder), None)


def test_settings_without_a_vocabulary_are_left_out(tiny_folders: dict[str, Path], adapter: Path) -> None:
    (adapter / "tokenizer_config.json").write_text(json.dumps({"truncation_side": "left"}))
    (adapter / "chat_template.jinja").write_text("{{ messages[0].content }}")
    assert not has_tokenizer(adapter)
    reading = pair_tokenizer(read_model_folder(tiny_folders["llama"]), adapter)
    assert (reading.own, reading.left_out) == (False, ("tokenizer_config.json", "chat_template.jinja"))


def test_a_damaged_one_of_the_adapter_is_told_and_the_bases_not_taken_for_it(
    tiny_folders: dict[str, Path], adapter: Path
) -> None:
    closing().save_pretrained(adapter)
    (adapter / "tokenizer.json").write_text("{")
    with pytest.raises(CheckpointError, match="The tokenizer in '.*adapter' cannot be read"):
        pair_tokenizer(read_model_folder(tiny_folders["llama"]), adapter)


@pytest.mark.parametrize(
    ("candidate", "trained", "tokenizer", "expected"),
    [
        (None, None, None, 128),
        (None, None, 32, 32),
        (None, None, 4000, 128),
        (None, 64, 32, 64),
        (48, None, 32, 48),
        (48, 40, 32, 40),
        (4000, None, 32, 128),
    ],
)
def test_the_shortest_limit_that_is_said_holds(
    tmp_path: Path, candidate: int | None, trained: int | None, tokenizer: int | None, expected: int
) -> None:
    """A number that a person or a training run gives stands above the tokenizer's, as `max_length` in transformers."""
    folder = save_tiny_classifier(tmp_path / "model", "llama", ("a", "b"))
    base = BaseModelConfig(pretrained_model_name_or_path=str(folder))
    opened = open_classifier(base)
    config = CandidateConfig(id="a", base_model=base, max_tokens=candidate)
    assert token_limit(config, opened, trained, closing(model_max_length=tokenizer)) == expected


def test_no_code_of_a_folder_is_run(adapter: Path) -> None:
    closing().save_pretrained(adapter)
    path = adapter / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"auto_map": {"AutoTokenizer": ["evil.Evil", None]}}))
    (adapter / "evil.py").write_text("raise SystemExit('it ran')")
    assert read_tokenizer(adapter)(TEXT)["input_ids"] == closing()(TEXT)["input_ids"]
