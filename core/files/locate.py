"""Where the files of a candidate, an adapter or a checkpoint are on this machine: one answer for everybody.

Nothing is fetched here but by the two functions that say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.catalogue import Catalogue, adapter_of, read_candidate
from core.config.hub_name import HubName
from core.errors import AppError, NotFoundError
from core.files.contents import Contents, contents
from core.files.hub import OnBytes, fetch, is_hub_id, nothing_at
from core.files.hub_cache import find_snapshot
from core.files.no_source import no_source
from core.files.unusable import unreadable
from core.settings import Settings

Kind = Literal["folder", "file", "snapshot"]


@dataclass(frozen=True)
class Place:
    """Files on this machine.

    Attributes:
        path: the folder or file; of a snapshot the folder whose name is the commit.
        name: what was asked for, without its revision.
        revision: the branch, tag or commit that was asked for; None for the main one, and for paths.
        contents: what is in a folder, and what is missing.
    """

    path: Path
    kind: Kind
    name: str
    revision: str | None
    contents: Contents

    @property
    def ready(self) -> bool:
        """Whether config and weights are all there and no download is unfinished; a file is whole by itself."""
        return self.kind == "file" or self.contents.ready

    @property
    def can_be_opened(self) -> bool:
        """Whether opening is to be tried: a path as it is, since readers say what is wrong; a snapshot with weights."""
        return self.kind != "snapshot" or self.contents.has_weights

    @property
    def progress(self) -> str:
        """`2 of 5 files`, of a snapshot that is not whole."""
        held = self.contents
        return f"{held.needed - len(held.missing)} of {held.needed} files"


def locate(name: str, cache_dir: Path | None, revision: str | None = None) -> Place | None:
    """The place that a path or a Hub id (also `org/name@revision`) means; None where there is nothing.

    A path goes before a Hub id of the same name, unless a revision is given. A folder is a place even if files in it
    are missing; see `Place.ready`.
    """
    path = Path(name).expanduser()
    if revision is None:
        try:
            if path.is_dir():
                return Place(path, "folder", name, None, contents(path))
            if path.exists():
                return Place(path, "file", name, None, Contents())
        except OSError:  # a folder on the way may not be entered: `require` says so
            return None
    hub = HubName.parse(name)
    if hub is None:
        return None
    hub = hub if revision is None else HubName(hub.id, revision)
    snapshot = find_snapshot(hub, cache_dir)
    if snapshot is None:
        return None
    return Place(snapshot.path, "snapshot", hub.id, hub.revision, snapshot.contents)


def locate_candidate(candidate: CandidateConfig, settings: Settings) -> Place | None:
    """The files of a candidate's base model."""
    return locate(candidate.base_model.pretrained_model_name_or_path, cache_of(candidate, settings), candidate.revision)


def locate_adapter(candidate: CandidateConfig, entry: AdapterEntry, settings: Settings) -> Place | None:
    """The files of an adapter, which are kept in the same cache as the candidate's."""
    return locate(entry.path, cache_of(candidate, settings), entry.revision)


def require(name: str, cache_dir: Path | None, revision: str | None = None, *, what: str = "") -> Place:
    """As `locate`, of files that can be opened; `what` names them in the error.

    Raises:
        NotFoundError: nothing there, or only a part of a snapshot.
        CheckpointError: something that may not be read.
    """
    place = locate(name, cache_dir, revision)
    hub = HubName.parse(name)
    if place is None and hub is None:
        raise _nothing(name)
    known = HubName(hub.id, revision or hub.revision) if hub else name
    subject = f"The weights of {what} ({known})" if what else f"The weights of '{known}'"
    fix = "load the candidate once, which fetches them, or give a folder or file of your own."
    if place is None:
        also = "" if what or "@" in str(known) else ", and neither is a folder or file of that name"
        raise NotFoundError(f"{subject} are not on this machine{also}.", fix=fix)
    if not place.can_be_opened:
        raise NotFoundError(f"{subject} are only partly on this machine: {place.progress}.", fix=fix)
    return place


def require_candidate(candidate: CandidateConfig, settings: Settings) -> Place:
    """As `locate_candidate`.

    Raises:
        NotFoundError: weights that are not on this machine, or only in part.
    """
    name = candidate.base_model.pretrained_model_name_or_path
    return require(name, cache_of(candidate, settings), candidate.revision, what=f"'{candidate.id}'")


def require_adapter(candidate: CandidateConfig, adapter: str, settings: Settings) -> Place:
    """The files of the adapter of that id.

    Raises:
        NotFoundError: no such adapter, or one that is not on this machine.
    """
    entry = adapter_of(candidate, adapter)
    return require(entry.path, cache_of(candidate, settings), entry.revision, what=f"the adapter '{adapter}'")


def require_source(source: str, settings: Settings) -> Place:
    """The checkpoint behind what a person types: a path as it is, a catalogue id, a YAML file, or a Hub id.

    Raises:
        NotFoundError: none of these, with what is taken; or weights that are not on this machine.
    """
    path = Path(source).expanduser()
    if source.endswith((".yaml", ".yml")):
        return require_candidate(read_candidate(path.absolute()), settings)
    catalogue = Catalogue.read(settings.catalogue, settings.user_catalogue)
    if source.endswith(".safetensors") or "/" in source or "\\" in source or path.exists() or path.is_symlink():
        return require(source, settings.cache_dir)
    if source in catalogue.ids:
        return require_candidate(catalogue.get(source), settings)
    raise no_source(source, catalogue.ids)


def fetch_candidate(
    candidate: CandidateConfig, settings: Settings, on_bytes: OnBytes = lambda _done, _total: None
) -> Path:
    """The folder of a candidate's base model, fetched or completed if need be.

    Raises:
        AppError: see `core.files.hub.fetch`.
    """
    name = candidate.base_model.pretrained_model_name_or_path
    return fetch(name, cache_of(candidate, settings), candidate.revision, on_bytes)


def fetch_adapter(
    candidate: CandidateConfig,
    entry: AdapterEntry,
    settings: Settings,
    on_bytes: OnBytes = lambda _done, _total: None,
) -> Path:
    """The same for an adapter.

    Raises:
        AppError: see `core.files.hub.fetch`.
    """
    return fetch(entry.path, cache_of(candidate, settings), entry.revision, on_bytes)


def is_place(name: str) -> bool:
    """Whether a name is something here (readers say what, if it is no folder) or could be a Hub id."""
    path = Path(name).expanduser()
    try:
        return path.exists() or path.is_symlink() or is_hub_id(name)
    except OSError:  # a folder on the way may not be entered: readers say so
        return True


def cache_of(candidate: CandidateConfig, settings: Settings) -> Path | None:
    """The candidate's own cache of the Hub, or the installation's; None is the Hub client's own place."""
    return candidate.base_model.cache_dir or settings.cache_dir


def _nothing(name: str) -> AppError:
    """Why a path is no place: nothing there, or a folder on the way that may not be entered."""
    try:
        Path(name).expanduser().exists()
    except OSError as error:
        return unreadable(Path(name), error)
    return nothing_at(name, "nothing at")
