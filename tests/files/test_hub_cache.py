"""The Hub's cache, equal to what the Hub's own client takes offline."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from huggingface_hub import snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import IncompleteSnapshotError
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.hub_name import HubName
from core.files.hub import ALLOWED, fetch
from core.files.hub_cache import default_cache, find_snapshot
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
