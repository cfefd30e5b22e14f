"""What the catalogue offers: whole, partly downloaded and absent candidates and adapters, at their revisions."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli.app import app
from core.engine import candidate_summary
from core.engine.engine import Engine
from core.errors import NotFoundError
from core.results import Availability, CandidateSummary, Selection
from core.settings import Settings
from tests.files.caches import ADAPTER, COMMITS, SHARDED, SHARDS, SINGLE, Commit, put, whole, without


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "catalogue").mkdir()
    return Engine(
        Settings(catalogue=tmp_path / "catalogue", user_catalogue=tmp_path / "own", cache_dir=tmp_path / "cache")
    )


def offered(engine: Engine, text: str) -> CandidateSummary:
    (engine.settings.catalogue / "hub.yaml").write_text(f"id: hub\n{text}")
    return engine.candidates()[0]


HUB = "base_model: {pretrained_model_name_or_path: org/model}\n"
NUMBERS = "parameters: 12345\n"


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights of these caches are zeros: what is in them is not looked at."""
    monkeypatch.setattr(candidate_summary, "problem_of", lambda *_: None)


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("commit", "availability", "message"),
    [
        (whole(SINGLE), Availability.READY, ""),
        (whole(SHARDED), Availability.READY, ""),
        (
            without(SHARDED, SHARDS[1]),
            Availability.ON_HUB,
            "The weights are partly downloaded: 4 of 5 files; loading goes on where it stopped.",
        ),
        (
            without(SHARDED, *SHARDS),
            Availability.ON_HUB,
            "The weights are partly downloaded: 2 of 5 files; loading goes on where it stopped.",
        ),
        (without(SINGLE, "model.safetensors"), Availability.ON_HUB, "The weights are not on this machine"),
        (Commit(SHARDED, frozenset(SHARDED), frozenset(SHARDS[:1])), Availability.ON_HUB, "4 of 5 files"),
        (without((*SINGLE, "tokenizer.json"), "tokenizer.json", has_tree=True), Availability.ON_HUB, "2 of 3 files"),
    ],
)
def test_a_snapshot_is_ready_only_when_it_is_whole(
    engine: Engine, tmp_path: Path, commit: Commit, availability: Availability, message: str
) -> None:
    put(tmp_path / "cache", commit, main=0)
    summary = offered(engine, HUB)
    assert summary.availability is availability
    assert message in summary.message


@pytest.mark.usefixtures("unread")
def test_the_snapshot_of_the_revision_counts(engine: Engine, tmp_path: Path) -> None:
    put(tmp_path / "cache", without(SHARDED, SHARDS[0]), whole(SINGLE), main=0, v1=1)
    assert offered(engine, HUB).availability is Availability.ON_HUB
    summary = offered(engine, HUB + "revision: v1\n")
    assert (summary.availability, summary.source, summary.revision) == (Availability.READY, "org/model", "v1")


def test_needs_of_a_partial_snapshot_are_told_from_its_numbers(engine: Engine, tmp_path: Path) -> None:
    put(tmp_path / "cache", without(SHARDED, SHARDS[0]), main=0)
    offered(engine, HUB + NUMBERS)
    assert engine.requirements(Selection("hub")).parameters == 12345
    offered(engine, HUB)
    with pytest.raises(NotFoundError, match="is not known before its files are here"):
        engine.requirements(Selection("hub"))


def test_adapters_in_the_candidates_own_cache_are_there(engine: Engine, tmp_path: Path) -> None:
    own = tmp_path / "own-cache"
    put(own, whole(ADAPTER), without(ADAPTER, ADAPTER[1]), name="org/adapter", main=0, v1=1)
    summary = offered(
        engine,
        f"base_model: {{pretrained_model_name_or_path: org/model, cache_dir: {own}}}\nadapters:\n"
        "- {id: whole, path: org/adapter}\n- {id: half, path: org/adapter@v1}\n- {id: none, path: org/none}\n",
    )
    assert [(a.id, a.available, a.revision) for a in summary.adapters] == [
        ("whole", True, None),
        ("half", False, "v1"),
        ("none", False, None),
    ]
    assert "partly downloaded" not in summary.adapters[2].message


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("gone", "There is no folder '"),
        ("link", "is a link to 'nowhere', where there is nothing"),
        ("file", "is a file, not a folder"),
        ("pickle", "holds no safetensors weights"),
        ("shard", "lacks 'model-00002-of-00003.safetensors'"),
    ],
)
def test_a_folder_that_cannot_be_loaded_says_why(engine: Engine, tmp_path: Path, broken: str, message: str) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "file").write_text("")
    for name, files in (
        ("pickle", ("config.json", "a.bin")),
        ("shard", (SHARDED[0], SHARDED[1], SHARDS[0], SHARDS[2])),
    ):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(
                json.dumps({"weight_map": {s: s for s in SHARDS}}) if "index" in file else "{}"
            )
    summary = offered(engine, f"base_model: {{pretrained_model_name_or_path: {tmp_path / broken}}}\n")
    assert summary.availability is Availability.MISSING
    assert message in summary.message


def test_what_a_person_types_with_a_revision(engine: Engine, tmp_path: Path) -> None:
    added = engine.add_candidate("org/model@refs/pr/1", adapter="org/adapter@v1")
    assert (added.id, added.title, added.source, added.revision) == (
        "model-refs-pr-1",
        "model @ refs/pr/1",
        "org/model",
        "refs/pr/1",
    )
    assert [(a.id, a.revision) for a in added.adapters] == [("adapter-v1", "v1")]
    config = Engine(engine.settings).candidate(added.id)
    assert (config.revision, config.adapters[0].path) == ("refs/pr/1", "org/adapter")
    one, other = engine.resolve("org/model@v1"), engine.resolve("org/model", "org/adapter@v2")
    assert engine.candidate(one.candidate).revision == "v1"
    assert one.candidate != other.candidate
    assert engine.candidate(other.candidate).adapters[0].revision == "v2"


def test_a_base_is_loaded_at_its_revision(
    engine: Engine, tmp_path: Path, tiny_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "cache" / "models--org--model"
    for commit, family in zip(COMMITS[:2], ("llama", "mistral"), strict=True):
        shutil.copytree(tiny_folders[family], home / "snapshots" / commit)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(COMMITS[0])
    (home / "refs" / "v1").write_text(COMMITS[1])
    kinds = []
    for source in ("org/model", "org/model@v1", f"org/model@{COMMITS[1][:9]}"):
        pair = engine.pair(engine.resolve(source))
        kinds.append((pair.opened.folder.path.name, pair.opened.folder.config["model_type"]))
    assert kinds == [(COMMITS[0], "llama"), (COMMITS[1], "mistral"), (COMMITS[1], "mistral")]


def test_the_command_tells_the_revision(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = offered(engine, HUB + "revision: v1\n")
    monkeypatch.setenv("HEADLIGHT_CATALOGUE", str(engine.settings.catalogue))
    monkeypatch.setenv("HEADLIGHT_USER_CATALOGUE", str(engine.settings.user_catalogue))
    result = CliRunner().invoke(app, ["candidates", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)[0] == json.loads(json.dumps(asdict(summary)))
    assert json.loads(result.stdout)[0]["revision"] == "v1"


def test_folders_above_the_right_ones_offer_them(engine: Engine, tmp_path: Path, tiny_folders: dict[str, Path]) -> None:
    shutil.copytree(tiny_folders["llama"], tmp_path / "run" / "checkpoint-500")
    (tmp_path / "tuned" / "checkpoint-20").mkdir(parents=True)
    for name in ADAPTER:
        (tmp_path / "tuned" / "checkpoint-20" / name).write_text("{}")
    candidate = offered(
        engine,
        f"base_model: {{pretrained_model_name_or_path: {tmp_path / 'run'}}}\n"
        f"adapters: [{{id: a, path: {tmp_path / 'tuned'}}}]\n",
    )
    assert candidate.availability is Availability.MISSING
    assert f"'{tmp_path / 'run' / 'checkpoint-500'}' does" in candidate.message
    (adapter,) = candidate.adapters
    assert not adapter.available
    assert adapter.message.endswith(f"but in '{tmp_path / 'tuned' / 'checkpoint-20'}'.")
