"""Models of the Hub on this machine, equal to what the Hub's own client takes offline; and how they come here."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError, RevisionNotFoundError

from core.errors import CheckpointError, NotFoundError
from core.files.hub import fetch, is_hub_id
from tests.files.caches import (
    COMMITS,
    SHARDED,
    SHARDS,
    SINGLE,
    put,
    whole,
    without,
)


def test_names_of_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_hub_id("org/model-7b.v1")
    assert is_hub_id("org/model@refs/pr/1")
    assert not any(map(is_hub_id, ("model", "./org/model", "/org/model", "a/b/c", "org/", "org/mo del", "org/m@../x")))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "org" / "model").mkdir(parents=True)
    assert not is_hub_id("org/model")


def test_the_ref_decides_and_not_the_newest_folder(tmp_path: Path) -> None:
    home = put(tmp_path, whole(SINGLE), whole(SINGLE), main=0, v1=1)
    (home / "snapshots" / COMMITS[1] / "later.json").write_text("{}")
    assert fetch("org/model", tmp_path).name == COMMITS[0]
    assert fetch("org/model@v1", tmp_path).name == COMMITS[1]
    assert fetch("org/model", tmp_path, revision="v1").name == COMMITS[1]
    assert fetch(f"org/model@{COMMITS[1]}", tmp_path).name == COMMITS[1]


Client = Callable[..., str]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Callable[[Client], None]:
    return lambda download: monkeypatch.setattr(huggingface_hub, "snapshot_download", download)


def test_a_partial_snapshot_is_completed(tmp_path: Path, client: Callable[[Client], None]) -> None:
    home = put(tmp_path, without(SHARDED, SHARDS[2]), main=0)
    asked: list[dict[str, Any]] = []

    def download(name: str, **options: Any) -> str:
        asked.append({"name": name, **options})
        (home / "snapshots" / COMMITS[0] / SHARDS[2]).write_bytes(bytes(8))
        return str(home / "snapshots" / COMMITS[0])

    client(download)
    assert fetch("org/model", tmp_path) == home / "snapshots" / COMMITS[0]
    assert fetch("org/model", tmp_path) == home / "snapshots" / COMMITS[0]
    assert [(a["name"], a["revision"], a["cache_dir"]) for a in asked] == [("org/model", None, tmp_path)]


def test_offline_a_partial_snapshot_says_how_much_is_here(tmp_path: Path) -> None:
    put(tmp_path, without(SHARDED, SHARDS[2]), main=0)
    seen = r"'org/model' are only partly on this machine \(4 of 5 files\), and the Hub cannot be reached"
    with pytest.raises(CheckpointError, match=seen):
        fetch("org/model", tmp_path)
    shutil.rmtree(tmp_path / "models--org--model")
    put(tmp_path, without(SHARDED, SHARDS[2], has_tree=True), main=0)
    with pytest.raises(CheckpointError, match=seen):
        fetch("org/model", tmp_path)


def test_offline_what_can_be_opened_is_opened(tmp_path: Path) -> None:
    files = (*SINGLE, "special_tokens_map.json")
    home = put(tmp_path, without(files, files[-1], has_tree=True), main=0)
    assert fetch("org/model", tmp_path) == home / "snapshots" / COMMITS[0]


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            PermissionError(errno.EACCES, "Permission denied"),
            CheckpointError,
            "cannot be written to .*Permission denied",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), CheckpointError, "cannot be written.*No space left"),
        (LocalEntryNotFoundError("gone"), CheckpointError, "are not on this machine, and the Hub cannot be reached"),
        (ConnectionError("reset"), CheckpointError, "the Hub cannot be reached"),
        (KeyError("a bug"), KeyError, "a bug"),
    ],
)
def test_downloads_that_fail(
    tmp_path: Path, client: Callable[[Client], None], error: Exception, kind: type[Exception], message: str
) -> None:
    def download(name: str, **options: Any) -> str:
        raise error

    client(download)
    with pytest.raises(kind, match=message):
        fetch("org/other", tmp_path)


def test_a_revision_that_the_hub_does_not_have(tmp_path: Path, client: Callable[[Client], None]) -> None:
    import httpx2

    response = httpx2.Response(404, request=httpx2.Request("GET", "https://huggingface.co/api/models/org/model"))

    def download(name: str, **options: Any) -> str:
        raise RevisionNotFoundError("no", response=response)

    client(download)
    with pytest.raises(NotFoundError, match="'org/model' has no revision 'v9' on the Hub"):
        fetch("org/model@v9", tmp_path)


def test_paths_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no folder 'no/such/folder'"):
        fetch("no/such/folder", tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(NotFoundError, match=r"is a link to '.*gone', where there is nothing"):
        fetch(str(tmp_path / "link"), tmp_path)
    with pytest.raises(NotFoundError, match="'two words' in 'org/model@two words' cannot be a revision"):
        fetch("org/model@two words", tmp_path)
    assert fetch(str(tmp_path), None) == tmp_path
