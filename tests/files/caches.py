"""Caches of the Hub as downloads leave them, written in the layout of `huggingface_hub`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

COMMITS = ("a" * 40, "ab" * 20, "c" * 40)
SHARDS = tuple(f"model-0000{i}-of-00003.safetensors" for i in (1, 2, 3))
INDEX = "model.safetensors.index.json"
TOKENIZER = ("tokenizer.json", "tokenizer_config.json")
SHARDED, SINGLE = ("config.json", INDEX, *SHARDS), ("config.json", "model.safetensors")
ADAPTER = ("adapter_config.json", "adapter_model.safetensors")


@dataclass(frozen=True)
class Commit:
    """A commit as a download may leave it: `present` of `files`, each a link to a blob, some links to nowhere."""

    files: tuple[str, ...]
    present: frozenset[str]
    dangling: frozenset[str] = frozenset()
    has_tree: bool = False

    @property
    def whole(self) -> bool:
        return set(self.files) <= self.present - self.dangling


@dataclass(frozen=True)
class Cache:
    commits: dict[str, Commit]
    refs: dict[str, str] = field(default_factory=dict)

    def write(self, root: Path, name: str = "org/model") -> Path:
        """In the layout of `huggingface_hub`."""
        home = root / f"models--{name.replace('/', '--')}"
        for ref, target in self.refs.items():
            (home / "refs" / ref).parent.mkdir(parents=True, exist_ok=True)
            (home / "refs" / ref).write_text(target)
        for sha, commit in self.commits.items():
            folder = home / "snapshots" / sha
            folder.mkdir(parents=True)
            (home / "blobs").mkdir(exist_ok=True)
            for file in sorted(commit.present):
                blob = home / "blobs" / f"{sha[:2]}{file.replace('.', '_')}"
                if file not in commit.dangling:
                    blob.write_bytes(content(file))
                (folder / file).symlink_to(Path("../../blobs") / blob.name)
            if commit.has_tree:
                files = {n: {"size": len(content(n)), "blob_id": f"{sha[:2]}{n}"} for n in (*commit.files, "a.bin")}
                (home / "trees").mkdir(exist_ok=True)
                (home / "trees" / f"{sha}.json").write_text(json.dumps({"format_version": 1, "files": files}))
        return home


def content(name: str) -> bytes:
    if name == INDEX:
        return json.dumps({"weight_map": {str(i): shard for i, shard in enumerate(SHARDS)}}).encode()
    return b"{}" if name.endswith(".json") else bytes(8)


def put(root: Path, *commits: Commit, name: str = "org/model", **refs: int) -> Path:
    """A cache of these commits; each ref with the place of its own."""
    cache = Cache(dict(zip(COMMITS, commits, strict=False)), {ref: COMMITS[i] for ref, i in refs.items()})
    return cache.write(root, name)


def whole(files: tuple[str, ...]) -> Commit:
    return Commit(files, frozenset(files))


def without(files: tuple[str, ...], *names: str, has_tree: bool = False) -> Commit:
    return Commit(files, frozenset(files) - {*names}, has_tree=has_tree)
