"""Models of the Hub on this machine, equal to what the Hub's own client takes offline; and how they come here."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub import snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import IncompleteSnapshotError, LocalEntryNotFoundError, RevisionNotFoundError
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.hub_name import HubName
from core.errors import CheckpointError, NotFoundError
from core.files.hub import ALLOWED, default_cache, fetch, find_snapshot, is_hub_id
from tests.files.caches import (
    ADAPTER,
    COMMITS,
    INDEX,
    SHARDED,
    SHARDS,
    SINGLE,
    TOKENIZER,
    Cache,
    Commit,
    put,
    whole,
    without,
)


@st.composite
def commits(draw: st.DrawFn) -> Commit:
    files = (*draw(st.sampled_from([SHARDED, SINGLE, ADAPTER])), *draw(st.sampled_from([(), TOKENIZER])))
    present = draw(st.one_of(st.just(frozenset(files)), st.frozensets(st.sampled_from(files))))
    dangling = draw(st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(files), max_size=1))) & present
    return Commit(files, present, dangling, draw(st.booleans()))


REFS = ("main", "v1", "refs/pr/1", "feature/x")
CACHES = st.builds(
    Cache,
    st.dictionaries(st.sampled_from(COMMITS), commits(), max_size=3),
    st.dictionaries(st.sampled_from(REFS), st.sampled_from((*COMMITS, "", f"{COMMITS[0]}\n", "..")), max_size=3),
)


@given(cache=CACHES, revision=st.sampled_from([None, *REFS, *COMMITS, "d" * 40, "no-such"]))
@settings(deadline=None, max_examples=200)
def test_the_hubs_own_client_takes_the_same_offline(cache: Cache, revision: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        cache.write(root)
        found = find_snapshot(HubName("org/model", revision), root)
        for name in {*SHARDED, *SINGLE, *ADAPTER, *TOKENIZER}:
            theirs = try_to_load_from_cache("org/model", name, root, revision)
            ours = found.path / name if found and (found.path / name).is_file() else None
            assert (theirs and Path(str(theirs))) == ours
        if found is None:
            return
        commit = cache.commits[found.path.name]
        try:
            theirs = snapshot_download(
                "org/model", revision=revision, cache_dir=root, local_files_only=True, allow_patterns=list(ALLOWED)
            )
        except IncompleteSnapshotError:
            assert found.contents.missing
            assert not commit.whole
        else:
            assert Path(str(theirs)).name == found.path.name
            assert not (commit.has_tree and found.contents.missing)
        assert not (commit.whole and found.contents.missing)
        assert not (found.contents.ready and not set(commit.files[:-2]) <= commit.present - commit.dangling)


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


def test_a_commit_may_be_cut_short_as_long_as_it_is_one(tmp_path: Path) -> None:
    put(tmp_path, whole(SINGLE), whole(SINGLE))
    assert fetch("org/model@abababa", tmp_path).name == COMMITS[1]
    assert find_snapshot(HubName("org/model", "ab"), tmp_path) is None
    other = Cache({"abababa" + "0" * 33: whole(SINGLE)})
    other.write(tmp_path, "org/model")
    assert find_snapshot(HubName("org/model", "abababa"), tmp_path) is None


@pytest.mark.parametrize(
    ("commit", "missing", "has_weights", "begun"),
    [
        (whole(SHARDED), (), True, True),
        (without(SHARDED, SHARDS[1]), (SHARDS[1],), False, True),
        (without(SHARDED, INDEX, SHARDS[0]), (INDEX, SHARDS[0]), False, True),
        (without(SHARDED, "config.json"), ("config.json",), False, True),
        (without(SINGLE, "model.safetensors"), ("model.safetensors",), False, False),
        (without((*SINGLE, *TOKENIZER), "tokenizer.json", has_tree=True), ("tokenizer.json",), True, True),
        (Commit(SINGLE, frozenset(SINGLE), frozenset({"model.safetensors"})), ("model.safetensors",), False, False),
        (without(ADAPTER, "adapter_config.json"), ("adapter_config.json",), False, True),
        (whole(ADAPTER), (), True, True),
    ],
)
def test_what_a_snapshot_lacks(
    tmp_path: Path, commit: Commit, missing: tuple[str, ...], has_weights: bool, begun: bool
) -> None:
    put(tmp_path, commit, main=0)
    found = find_snapshot(HubName("org/model"), tmp_path)
    assert found is not None
    held = found.contents
    assert (held.missing, held.has_weights, held.begun) == (missing, has_weights, begun)
    assert held.ready == (not missing)


def test_a_download_that_did_not_end_belongs_to_the_only_snapshot(tmp_path: Path) -> None:
    home = put(tmp_path, whole(SINGLE), main=0)
    (home / "blobs" / "feed.1234abcd.incomplete").write_bytes(b"half")
    found = find_snapshot(HubName("org/model"), tmp_path)
    assert found is not None
    assert (found.contents.missing, found.contents.needed, found.contents.ready) == (("feed",), 3, False)
    (home / "blobs" / "feed").write_bytes(b"whole, by another download")
    found = find_snapshot(HubName("org/model"), tmp_path)
    assert found is not None
    assert found.contents.ready


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


@pytest.mark.parametrize(
    ("variables", "place"),
    [
        ({"HF_HUB_CACHE": "/a"}, "/a"),
        ({"HUGGINGFACE_HUB_CACHE": "/b", "HF_HOME": "/c"}, "/b"),
        ({"HF_HOME": "/c"}, "/c/hub"),
        ({"XDG_CACHE_HOME": "/d"}, "/d/huggingface/hub"),
        ({}, "/home/me/.cache/huggingface/hub"),
        ({"HF_HUB_CACHE": "~/x/$HF_HOME", "HF_HOME": "y"}, "/home/me/x/y"),
    ],
)
def test_the_cache_is_where_the_client_has_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], place: str
) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/me", **variables}.items():
        monkeypatch.setenv(name, value)
    assert default_cache() == Path(place)
