"""config.json as numbers, read once per version of the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from core.files.config_numbers import config_numbers


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"hidden_size": 8}')
    assert config_numbers(tmp_path)["hidden_size"] == 8
    path.write_text('{"hidden_size": 16}')
    os.utime(path, ns=(0, 1))
    assert config_numbers(tmp_path)["hidden_size"] == 16


@pytest.mark.parametrize("damaged", ["", "[1, 2]", "{", '{"a": ' * 5000, "\ud800"], ids=str)
def test_a_damaged_file_counts_as_empty(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "config.json").write_bytes(damaged.encode("utf-8", "surrogatepass"))
    assert dict(config_numbers(tmp_path)) == {}


def test_none_without_a_file(tmp_path: Path) -> None:
    assert dict(config_numbers(tmp_path)) == {}


def test_what_is_shared_cannot_be_changed(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"hidden_size": 8}')
    numbers: Any = config_numbers(tmp_path)
    with pytest.raises(TypeError):
        numbers["hidden_size"] = 9
