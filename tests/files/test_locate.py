"""One answer to where files are: for candidates, adapters and checkpoints alike."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import core.files
from core.config.candidate import AdapterEntry, CandidateConfig
from core.errors import AppError, CheckpointError, NotFoundError
from core.files.locate import (
    fetch_adapter,
    fetch_candidate,
    is_place,
    locate,
    locate_adapter,
    locate_candidate,
    require,
    require_adapter,
    require_candidate,
    require_source,
)
from core.settings import ROOT, Settings
from tests.files.caches import ADAPTER, COMMITS, SHARDED, SINGLE, put, whole, without


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    return Settings(catalogue=tmp_path / "catalogue", user_catalogue=tmp_path / "own", cache_dir=tmp_path / "cache")


def candidate(name: str, cache_dir: Path | None = None, **fields: object) -> CandidateConfig:
    base = {"pretrained_model_name_or_path": name, "cache_dir": cache_dir}
    return CandidateConfig.parse({"id": "mine", "base_model": base, **fields})


def test_kinds_of_places(tmp_path: Path) -> None:
    (tmp_path / "file.safetensors").write_bytes(b"")
    put(tmp_path, whole(SINGLE), main=0)
    folder, file = locate(str(tmp_path), None), locate(str(tmp_path / "file.safetensors"), None)
    snapshot = locate("org/model", tmp_path)
    assert folder is not None
    assert file is not None
    assert snapshot is not None
    assert [(p.kind, p.ready) for p in (folder, file, snapshot)] == [
        ("folder", False),
        ("file", True),
        ("snapshot", True),
    ]
    assert (snapshot.name, snapshot.revision, snapshot.path.name) == ("org/model", None, COMMITS[0])
    assert locate("org/other", tmp_path) is None
    assert locate("nothing here", tmp_path) is None
    assert is_place(str(tmp_path))
    assert is_place("org/model@v1")
    assert not is_place("nothing here")


def test_a_path_goes_before_a_hub_id_unless_a_revision_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, whole(SINGLE), main=0)
    (tmp_path / "org" / "model").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    places = [locate("org/model", tmp_path), locate("org/model@main", tmp_path), locate("org/model", tmp_path, "main")]
    assert [p and p.kind for p in places] == ["folder", "snapshot", "snapshot"]


def test_a_candidate_and_its_adapters_are_looked_for_in_its_own_cache(tmp_path: Path, installation: Settings) -> None:
    own = tmp_path / "own-cache"
    put(own, whole(SINGLE), whole(SINGLE), main=0, v1=1)
    put(own, whole(ADAPTER), whole(ADAPTER), name="org/adapter", main=0, v2=1)
    entries = [{"id": "a", "path": "org/adapter@v2"}, {"id": "b", "path": "org/adapter"}]
    mine = candidate("org/model@v1", own, adapters=entries)
    base, adapter = locate_candidate(mine, installation), locate_adapter(mine, mine.adapters[0], installation)
    assert base is not None
    assert adapter is not None
    assert (base.path.name, base.revision, base.ready) == (COMMITS[1], "v1", True)
    assert (adapter.path.name, adapter.revision, adapter.ready) == (COMMITS[1], "v2", True)
    assert require_candidate(mine, installation) == base
    assert require_adapter(mine, "a", installation) == adapter
    assert require_adapter(mine, "b", installation).path.name == COMMITS[0]
    assert fetch_candidate(mine, installation) == base.path
    assert fetch_adapter(mine, mine.adapters[0], installation) == adapter.path
    assert locate_candidate(candidate("org/model"), installation) is None
    other = AdapterEntry(id="c", path="org/none")
    assert locate_adapter(mine, other, installation) is None
    with pytest.raises(NotFoundError, match="has no adapter 'z'"):
        require_adapter(mine, "z", installation)


def test_what_is_missing_is_said_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, without(SHARDED, "config.json"), without(SINGLE, "model.safetensors"), main=0, v1=1)
    with pytest.raises(NotFoundError, match=r"of 'mine' \(org/model\) are only partly on this machine: 4 of 5 files\."):
        require("org/model", tmp_path, what="'mine'")
    with pytest.raises(NotFoundError, match="weights of 'org/model@v2' are not on this machine.*load the candidate"):
        require("org/model@v2", tmp_path)
    with pytest.raises(NotFoundError, match="There is nothing at '/no/where'"):
        require("/no/where", tmp_path)
    (tmp_path / "link").symlink_to("gone")
    with pytest.raises(NotFoundError, match="is a link to 'gone', where there is nothing"):
        require(str(tmp_path / "link"), tmp_path)


def test_a_folder_that_may_not_be_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, **options: object) -> bool:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_dir", refused)
        patch.setattr(Path, "exists", refused)
        assert locate("/locked/model", None) is None
        with pytest.raises(CheckpointError, match="'/locked/model' cannot be read: Permission denied"):
            require("/locked/model", None)


def test_the_checkpoint_behind_what_a_person_types(
    tmp_path: Path, installation: Settings, tiny_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cache", whole(SINGLE), whole(SINGLE), main=0, v1=1)
    installation.catalogue.mkdir()
    yaml = installation.catalogue / "tiny.yaml"
    yaml.write_text(f"id: tiny\nbase_model: {{pretrained_model_name_or_path: {tiny_folders['llama']}}}\n")
    weights = tiny_folders["llama"] / "model.safetensors"
    expected: dict[str, Path] = {
        "tiny": tiny_folders["llama"],
        str(yaml): tiny_folders["llama"],
        str(tiny_folders["llama"]): tiny_folders["llama"],
        str(weights): weights,
        "org/model": tmp_path / "cache" / "models--org--model" / "snapshots" / COMMITS[0],
        "org/model@v1": tmp_path / "cache" / "models--org--model" / "snapshots" / COMMITS[1],
    }
    assert {source: require_source(source, installation).path for source in expected} == expected
    (tmp_path / "tiny").mkdir()
    monkeypatch.chdir(tmp_path)
    assert require_source("tiny", installation).path == Path("tiny"), "a path goes before a candidate"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x", r"no such folder or file: 'x'.*Fix: give a folder, a \.safetensors file, a Hub id"),
        ("tinny", "no such folder or file: 'tinny'.*There is no candidate 'tinny'"),
        ("/no/where", "There is nothing at '/no/where'"),
        ("gone.safetensors", "There is nothing at 'gone.safetensors'"),
        ("gone.yaml", "There is no config file"),
        ("org/other", "'org/other' are not on this machine, and neither is a folder or file of that name"),
        ("org/other@v1", r"'org/other@v1' are not on this machine\."),
    ],
)
def test_sources_that_are_not_there(installation: Settings, source: str, message: str) -> None:
    with pytest.raises(AppError, match=message):
        require_source(source, installation)


def test_looking_for_files_imports_nothing_heavy() -> None:
    names = [f"core.files.{p.stem}" for p in sorted(Path(core.files.__file__).parent.glob("[a-z]*.py"))]
    heavy = {"torch", "transformers", "huggingface_hub", "peft", "numpy"}
    code = f"import sys, {', '.join(names)}; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
