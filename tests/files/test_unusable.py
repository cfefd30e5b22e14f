"""Files that are none: told as what each of them is."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import CheckpointError
from core.files.unusable import TOKENIZER_FILES, listing, read_json, refuse_broken_link, require_usable

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0a1b\nsize 12345\n"


@pytest.mark.parametrize("name", TOKENIZER_FILES)
def test_each_file_of_a_tokenizer_is_looked_at(tmp_path: Path, name: str) -> None:
    require_usable(tmp_path, TOKENIZER_FILES)  # what is not there is left to whoever opens it
    (tmp_path / name).write_text(POINTER)
    with pytest.raises(CheckpointError, match=f"'{name}' is a pointer of git-lfs.*Fix: run `git lfs pull` in"):
        require_usable(tmp_path, TOKENIZER_FILES)
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to(tmp_path / "blobs" / "0a1b")
    with pytest.raises(CheckpointError, match=f"{name}' is a link to '.*0a1b', where there is nothing"):
        require_usable(tmp_path, TOKENIZER_FILES)


def test_a_link_to_something_is_no_broken_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("{}")
    (tmp_path / "link").symlink_to("real")
    refuse_broken_link(tmp_path / "link")
    refuse_broken_link(tmp_path / "nothing")
    assert read_json(tmp_path / "link") == {}
    assert listing(tmp_path) == "link, real"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (POINTER, "pointer of git-lfs"),
        ("{", "not valid JSON"),
        ("[1]", "holds list, not fields"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_what_holds_no_fields(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(CheckpointError, match=message):
        read_json(tmp_path / "config.json")
