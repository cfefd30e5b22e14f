"""The catalogue: every candidate the app can offer, read from YAML files."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.strict_model import nearest
from core.errors import AppError, ConfigError, InputError, NotFoundError


@dataclass(frozen=True)
class Catalogue:
    """Candidates by id, in the order of the folders, then of the file names.

    Attributes:
        candidates: the readable ones.
        problems: one error per file that could not be read; the others are still offered.
    """

    candidates: tuple[CandidateConfig, ...]
    problems: tuple[AppError, ...] = ()

    @classmethod
    def read(cls, *folders: Path) -> Catalogue:
        """Read `*.yaml` of each folder; a missing folder is empty, a later id of the same name is refused."""
        result: dict[str, CandidateConfig] = {}
        problems: list[AppError] = []
        for path in _files(folders):
            try:
                candidate = read_candidate(path)
                if candidate.id in result:
                    raise ConfigError(f"{path}: the id '{candidate.id}' is taken.", fix="choose another id.")
                result[candidate.id] = candidate
            except AppError as error:
                problems.append(error)
        return cls(tuple(result.values()), tuple(problems))

    @property
    def ids(self) -> list[str]:
        """All candidate ids."""
        return [c.id for c in self.candidates]

    def get(self, candidate_id: str) -> CandidateConfig:
        """The candidate of that id.

        Raises:
            NotFoundError: with the nearest id.
        """
        for candidate in self.candidates:
            if candidate.id == candidate_id:
                return candidate
        close = nearest(candidate_id, self.ids)
        meant = f"did you mean '{close}'?" if close else ""
        raise NotFoundError(
            f"There is no candidate '{candidate_id}'.",
            fix=meant or "choose another one; somebody may have removed it.",
            command_fix=meant or "`python -m core candidates` lists them.",
        )


def adapter_of(candidate: CandidateConfig, adapter_id: str) -> AdapterEntry:
    """The adapter of that id.

    Raises:
        NotFoundError: with the adapters there are.
    """
    for adapter in candidate.adapters:
        if adapter.id == adapter_id:
            return adapter
    known = ", ".join(a.id for a in candidate.adapters) or "none"
    close = nearest(adapter_id, [a.id for a in candidate.adapters])
    hint = f"did you mean '{close}'? " if close else ""
    raise NotFoundError(f"Candidate '{candidate.id}' has no adapter '{adapter_id}'.", fix=f"{hint}It has: {known}.")


def read_candidate(path: Path) -> CandidateConfig:
    """Read one YAML file, paths made absolute from its folder; parsed again only when the file has changed."""
    try:
        seen = path.stat()
    except OSError:
        return _parse(path)  # which says what is wrong
    return _parse_once(path, (seen.st_mtime_ns, seen.st_size, seen.st_ino))


@lru_cache(maxsize=512)
def _parse_once(path: Path, _stamp: tuple[int, ...]) -> CandidateConfig:
    return _parse(path)


def _parse(path: Path) -> CandidateConfig:
    return CandidateConfig.from_file(path).relative_to(path.parent)


def write_candidate(candidate: CandidateConfig, folder: Path) -> Path:
    """Write `<id>.yaml` in one step, so that a reader never sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(candidate.to_yaml())
    path = folder / f"{candidate.id}.yaml"
    os.replace(name, path)
    return path


def identifier_from(text: str) -> str:
    """A candidate id made from a folder name or Hub id: `org/Name 7B` -> `name-7b`.

    Raises:
        InputError: nothing usable is left.
    """
    last = text.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1]
    slug = re.sub(r"[^a-z0-9._-]+", "-", last.lower()).strip("-._")[:80]
    if not slug:
        raise InputError(f"No name can be made from {text!r}.", fix="give the candidate a name of letters or digits.")
    return slug


def _files(folders: Sequence[Path]) -> list[Path]:
    return [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.yaml"))]
