"""A file wholly or not at all."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from core.data.atomic import open_to_replace


def test_what_was_there_stays_until_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with open_to_replace(path) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def interrupted() -> None:
        with open_to_replace(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_the_mode_is_that_of_any_file_or_of_the_one_before(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with open_to_replace(tmp_path / "a.csv"):
        pass
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)
    (tmp_path / "a.csv").chmod(0o640)
    with open_to_replace(tmp_path / "a.csv"):
        pass
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o640


def test_a_link_still_leads_there(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_bytes(b"old")
    link = tmp_path / "link.csv"
    link.symlink_to("real.csv")
    with open_to_replace(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new"


def test_a_file_that_may_not_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # a superuser may write to anything
    with pytest.raises(PermissionError, match="denied"), open_to_replace(path):
        pass
    assert path.read_bytes() == b"old"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    with open_to_replace(pipe) as file:
        file.write(b"new")
    reader.join()
    assert received == [b"new"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
