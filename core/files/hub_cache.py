"""The Hub's cache on this machine: where a model is in it, and how much of it.

As `huggingface_hub` lays it out, `models--org--name/` holds `refs/<branch or tag>` (a text file with the commit),
`snapshots/<commit>/` (links to `blobs/`), `trees/<commit>.json` (what the Hub lists for a commit; of newer versions)
and `blobs/<etag>[.<random>].incomplete` (downloads that did not end). It is read without that library, which takes
long to import.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.config.hub_name import HubName
from core.files.contents import READ, Contents, contents, read_table

#: Git's own shortest is 4, which soon means two commits.
_SHORT_COMMIT = re.compile(r"[0-9a-f]{7,39}")


@dataclass(frozen=True)
class Snapshot:
    """A commit of a model in the Hub's cache; its folder's name is the commit."""

    path: Path
    contents: Contents


def find_snapshot(name: HubName, cache_dir: Path | None) -> Snapshot | None:
    """The snapshot that transformers would take offline: the one that the revision's ref names; whole or not.

    A commit may be cut short, as long as it means one snapshot.
    """
    root = (Path(cache_dir).expanduser() if cache_dir else default_cache()) / f"models--{name.id.replace('/', '--')}"
    try:
        commits = os.listdir(root / "snapshots")
        commit = _commit(root, name.revision or "main", commits)
        if commit is None or not (root / "snapshots" / commit).is_dir():
            return None
        listed = _listed(root / "trees" / f"{commit}.json")
        unfinished = () if listed or len(commits) > 1 else _unfinished(root / "blobs")
    except OSError:  # no such cache, or one that may not be read
        return None
    return Snapshot(root / "snapshots" / commit, contents(root / "snapshots" / commit, listed, unfinished))


def default_cache() -> Path:
    """Where the Hub's client keeps its files, by the variables that it reads itself."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface")
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE") or Path(home, "hub")
    return Path(os.path.expandvars(Path(cache).expanduser()))


def _commit(root: Path, revision: str, commits: Sequence[str]) -> str | None:
    ref = root / "refs" / revision
    if ref.is_file():
        commit = ref.read_text(encoding="utf-8", errors="replace")
        return commit if commit in commits else None
    if revision in commits:
        return revision
    if not _SHORT_COMMIT.fullmatch(revision):
        return None
    alike = [commit for commit in commits if commit.startswith(revision)]
    return alike[0] if len(alike) == 1 else None


def _listed(tree: Path) -> tuple[str, ...]:
    """The files that the Hub lists for a commit and that we fetch; none where that was not written down."""
    try:
        status = tree.stat()
    except OSError:
        return ()
    return _read_tree(str(tree), (status.st_mtime_ns, status.st_size))


@lru_cache(maxsize=128)
def _read_tree(tree: str, _stamp: tuple[int, int]) -> tuple[str, ...]:
    data = read_table(Path(tree))
    files = data.get("files")
    if data.get("format_version") != 1 or not isinstance(files, Mapping):
        return ()
    return tuple(sorted(name for name in files if name.endswith(READ)))


def _unfinished(blobs: Path) -> tuple[str, ...]:
    """Downloads that did not end, and whose file has not come since by another one."""
    names = set(os.listdir(blobs)) if blobs.is_dir() else set()
    etags = {name.split(".")[0] for name in names if name.endswith(".incomplete")}
    return tuple(sorted(etags - names))
