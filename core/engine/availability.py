"""Whether the files of a candidate and of its adapters are on this machine, in words where they are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, assert_never

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.example import ExampleEntry
from core.config.hub_name import HubName
from core.engine.fit import problem_of
from core.engine.longest_text import longest_by_files
from core.errors import AppError
from core.files.folders import ADAPTER_WEIGHTS, is_adapter_folder, read_adapter_folder
from core.files.hub import nothing_at
from core.files.locate import Place, locate_adapter
from core.files.model_card import stated_results
from core.files.wrong_folder import offered
from core.model.memory import adapter_parameters, catalogue_parameters
from core.results import AdapterSummary, Availability
from core.results.example import Example
from core.settings import Settings
from core.words.sizes import size


def availability(candidate: CandidateConfig, place: Place | None) -> tuple[Availability, str]:
    """Whether a candidate's weights are here, and a sentence where they are not; `place` is where they were found."""
    name = candidate.base_model.pretrained_model_name_or_path
    if place is None and HubName.parse(name) is None:
        return Availability.MISSING, nothing_at(name).problem
    if place is None or (place.kind == "snapshot" and place.contents.missing):
        return Availability.ON_HUB, _to_fetch(candidate, place)
    match place.kind:
        case "file":
            return Availability.MISSING, f"'{name}' is a file, not a folder."
        case "folder" | "snapshot":
            lacking = _lacking(name, place)
            return (Availability.MISSING, lacking) if lacking else (Availability.READY, "")
        case _:
            assert_never(place.kind)


def _to_fetch(candidate: CandidateConfig, place: Place | None) -> str:
    """What loading will fetch, and how much of it is here."""
    licence = f" ({candidate.licence})" if candidate.licence else ""
    gate = f" Its licence{licence} has to be accepted on the Hub first." if candidate.gated else ""
    if place is not None and place.contents.begun:
        return f"The weights are partly downloaded: {place.progress}; loading goes on where it stopped.{gate}"
    known = catalogue_parameters(candidate)
    stored = f" ({size(2 * known)} in 16 bit)" if known else ""
    if candidate.stored_bytes:
        stored = f" ({size(candidate.stored_bytes)} on the Hub)"
    unchecked = "" if stored else " The Hub has not been asked about it: whether it is there shows when it is loaded."
    return f"The weights are not on this machine{stored}. Loading fetches them from the Hub.{unchecked}{gate}"


def _lacking(name: str, place: Place) -> str:
    """Why a folder cannot be loaded; empty where it can."""
    held = place.contents
    if held.problem:
        return f"{held.problem}."
    if held.has_weights:
        return ""
    if not any(place.path.glob("*.safetensors")):
        nested = offered(place.path, "model")
        return f"The folder '{name}' holds no safetensors weights{f'; {nested} does' if nested else ''}."
    more = f" and {len(held.missing) - 1} more" if len(held.missing) > 1 else ""
    return f"The folder '{name}' lacks '{held.missing[0]}'{more}."


def _instead(place: Place | None) -> str:
    """The folders below that hold adapters, where there are some."""
    nested = offered(place.path, "adapter") if place is not None and place.kind == "folder" else ""
    return f", but in {nested}" if nested else ""


def adapter_summary(
    candidate: CandidateConfig, entry: AdapterEntry, settings: Settings, base: Path | None, numbers: Mapping[str, Any]
) -> AdapterSummary:
    """An adapter as a page offers it.

    `base` is the folder of its candidate, where that is here and whole; `numbers` are those of the base's config.
    """
    place = locate_adapter(candidate, entry, settings)
    available = place is not None and place.contents.has_weights and is_adapter_folder(place.path)
    message = "" if available else f"There is no adapter in '{entry.path}'{_instead(place)}."
    if not available and place is not None and place.kind == "snapshot" and place.contents.missing:
        message = f"The adapter is partly downloaded: {place.progress}; loading goes on where it stopped."
    own = place.path if available and place is not None else None
    on_hub = not available and HubName.parse(entry.path) is not None
    if on_hub and place is None:
        message = "The adapter is not on this machine. Loading fetches it from the Hub."
    return AdapterSummary(
        id=entry.id,
        title=entry.title or entry.id,
        summary=entry.summary,
        examples=examples(entry.examples),
        available=available,
        message=message,
        revision=entry.revision,
        problem=problem_of(candidate, base, own) if own is not None else None,
        on_hub=on_hub,
        parameters=None if own is None else _parameters(own),
        max_tokens=None if own is None else longest_by_files(candidate, numbers, base, own),
        stated=() if own is None else stated_results(own),
    )


def examples(entries: Iterable[ExampleEntry]) -> tuple[Example, ...]:
    """The examples of an entry as a page offers them."""
    return tuple(Example(entry.text, entry.expected, entry.hard) for entry in entries)


def _parameters(folder: Path) -> int | None:
    """Numbers in an adapter's files; None where they cannot be read, which a load says."""
    try:
        stamp = (folder / ADAPTER_WEIGHTS).stat()
    except OSError:
        return None
    return _count(str(folder), (stamp.st_mtime_ns, stamp.st_size))


@lru_cache(maxsize=256)
def _count(folder: str, _stamp: tuple[int, int]) -> int | None:
    try:
        return adapter_parameters(read_adapter_folder(Path(folder)))
    except AppError:
        return None
