"""A candidate as a page shows it: what its files and its catalogue entry say of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.config.candidate import CandidateConfig
from core.config.families import stated_mask
from core.engine.availability import adapter_summary, availability, examples
from core.engine.fit import problem_of
from core.engine.longest_text import longest_by_files
from core.errors import AppError
from core.files.config_numbers import config_numbers
from core.files.folders import read_model_folder
from core.files.locate import Place, locate_candidate
from core.files.model_card import stated_results
from core.model.memory import backbone_parameters, catalogue_parameters
from core.results import Availability, CandidateSummary
from core.settings import Settings


def summarise(candidate: CandidateConfig, settings: Settings) -> CandidateSummary:
    """A candidate as a page shows it. Reads configs, headers and file names, and of weights a few, once."""
    base = candidate.base_model
    place = locate_candidate(candidate, settings)
    numbers = config_numbers(place.path) if place else {}
    architecture = candidate.architecture
    known = architecture.to_dict() if architecture else numbers
    state, message = availability(candidate, place)
    here = place.path if place is not None and state is Availability.READY else None
    counted = _counted(place) if place else None
    problem = problem_of(candidate, here)
    if problem is not None:
        state, message = Availability.UNFIT, problem.problem
    return CandidateSummary(
        id=candidate.id,
        title=candidate.name,
        role=candidate.role,
        summary=candidate.summary,
        model_type=base.model_type,
        mask=_mask(candidate, numbers),
        source=base.pretrained_model_name_or_path,
        revision=candidate.revision,
        licence=candidate.licence,
        url=candidate.url,
        gated=candidate.gated,
        parameters=catalogue_parameters(candidate) or (counted[0] if counted else None),
        layers=architecture.num_hidden_layers if architecture else _whole(numbers, "num_hidden_layers"),
        hidden_size=architecture.hidden_size if architecture else _whole(numbers, "hidden_size"),
        max_tokens=longest_by_files(candidate, known, here),
        adapters=tuple(adapter_summary(candidate, entry, settings, here, known) for entry in candidate.adapters),
        examples=examples(candidate.examples),
        availability=state,
        message=message,
        problem=problem,
        stored_bytes=counted[1] if counted else None,
        stated=stated_results(here) if here else (),
        download=_download(candidate) if state is Availability.ON_HUB else None,
    )


def _download(candidate: CandidateConfig) -> int | None:
    """What a load fetches: as the Hub said; else 16 bits for each parameter, as nearly all are stored."""
    known = catalogue_parameters(candidate)
    return candidate.stored_bytes or (2 * known if known else None)


def _mask(candidate: CandidateConfig, numbers: Mapping[str, Any]) -> str:
    window = candidate.architecture.sliding_window if candidate.architecture else _whole(numbers, "sliding_window")
    return stated_mask(candidate.base_model.architecture, window)


def _whole(numbers: Mapping[str, Any], field: str) -> int | None:
    """A number of config.json; None where it is something else, which a load says."""
    value = numbers.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _counted(place: Place) -> tuple[int, int] | None:
    """Parameters that a classifier reads, and bytes of the files; None where they cannot be read."""
    if not place.contents.has_weights:
        return None
    stamp = max(f.stat().st_mtime_ns for f in place.path.glob("*.safetensors") if f.is_file())
    return _count(str(place.path), stamp)


@lru_cache(maxsize=256)
def _count(place: str, _changed: int) -> tuple[int, int] | None:
    try:
        folder = read_model_folder(Path(place))
        return backbone_parameters(folder), folder.stored_bytes
    except AppError:
        return None
