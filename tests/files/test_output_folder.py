"""A folder that is written whole or not at all, and never over another."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.files.output_folder import appearing, existing, require_empty


def test_the_nearest_folder_that_is_there(tmp_path: Path) -> None:
    assert existing(tmp_path / "a" / "b" / "c") == tmp_path


def test_nothing_is_written_over(tmp_path: Path) -> None:
    require_empty(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    require_empty(tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, message in (("file", "is no folder"), ("link", "is no folder"), ("", "holds files already")):
        with pytest.raises(InputError, match=message):
            require_empty(tmp_path / name)


def test_it_appears_at_the_end_and_others_may_read_it(tmp_path: Path) -> None:
    with appearing(tmp_path / "a" / "out") as folder:
        (folder / "x").write_text("x")
        (folder / "x").chmod(0o600)
        assert not (tmp_path / "a" / "out").exists()
    assert (tmp_path / "a" / "out" / "x").stat().st_mode & 0o044
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["out"]


def test_after_an_error_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), appearing(tmp_path / "out") as folder:
        (folder / "x").write_text(str(1 / 0))
    assert list(tmp_path.iterdir()) == []
