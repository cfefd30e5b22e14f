"""Where the files behind an architecture are, and whether numbers have to stand in for them."""

from __future__ import annotations

from pathlib import Path

from core.config.candidate import CandidateConfig
from core.config.catalogue import adapter_of
from core.errors import NotFoundError
from core.files.hub import cached_snapshot
from core.results import Source
from core.settings import Settings


def weights_place(candidate: CandidateConfig, settings: Settings) -> tuple[Path | None, Source]:
    """The folder of the weights; None where they are not here and numbers stand in for them."""
    base = candidate.base_model
    path = Path(base.pretrained_model_name_or_path).expanduser()
    place = path if path.is_dir() else cached_snapshot(str(path), base.cache_dir or settings.cache_dir)
    has_weights = place is not None and any(place.glob("*.safetensors"))
    if has_weights or (place is not None and candidate.architecture is None):
        return place, "folder"
    return None, "numbers"


def adapter_place(candidate: CandidateConfig, adapter: str, settings: Settings) -> Path:
    """The folder of an adapter.

    Raises:
        NotFoundError: no such adapter, or one that is not on this machine.
    """
    name = adapter_of(candidate, adapter).path
    path = Path(name).expanduser()
    place = path if path.exists() else cached_snapshot(name, candidate.base_model.cache_dir or settings.cache_dir)
    if place is None:
        raise NotFoundError(f"The adapter '{adapter}' ({name}) is not on this machine.", fix="load it once.")
    return place
