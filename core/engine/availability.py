"""Whether the files of a candidate and of its adapters are on this machine, in words where they are not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.example import ExampleEntry
from core.config.hub_name import HubName
from core.files.folders import is_adapter_folder
from core.files.hub import nothing_at
from core.files.locate import Place, locate_adapter
from core.files.wrong_folder import offered
from core.model.memory import catalogue_parameters
from core.results import AdapterSummary, Availability
from core.results.loading import Example
from core.settings import Settings
from core.words.sizes import gibibytes


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
    gate = " Its licence has to be accepted on the Hub first." if candidate.gated else ""
    if place is not None and place.contents.begun:
        return f"The weights are partly downloaded: {place.progress}; loading goes on where it stopped.{gate}"
    known = catalogue_parameters(candidate)
    size = f" ({gibibytes(2 * known)} in 16 bit)" if known else ""
    return f"The weights are not on this machine{size}. Loading fetches them from the Hub.{gate}"


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


def adapter_summary(candidate: CandidateConfig, entry: AdapterEntry, settings: Settings) -> AdapterSummary:
    """An adapter as a page offers it."""
    place = locate_adapter(candidate, entry, settings)
    available = place is not None and place.contents.has_weights and is_adapter_folder(place.path)
    message = "" if available else f"There is no adapter in '{entry.path}'{_instead(place)}."
    if not available and place is not None and place.kind == "snapshot" and place.contents.missing:
        message = f"The adapter is partly downloaded: {place.progress}; loading goes on where it stopped."
    return AdapterSummary(
        id=entry.id,
        title=entry.title or entry.id,
        summary=entry.summary,
        examples=examples(entry.examples),
        available=available,
        message=message,
        revision=entry.revision,
    )


def examples(entries: Iterable[ExampleEntry]) -> tuple[Example, ...]:
    """The examples of an entry as a page offers them."""
    return tuple(Example(entry.text, entry.expected, entry.hard) for entry in entries)
