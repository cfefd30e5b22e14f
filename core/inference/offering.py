"""What the catalogue can offer on this machine: availability, needs, and candidates of a person's own."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.config.base_model import BaseModelConfig
from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.catalogue import Catalogue, identifier_from, read_candidate
from core.config.closed import suggest
from core.config.families import MODEL_TYPES, ModelType, model_type_for, model_types, stated_mask
from core.errors import AppError, ConfigError, InputError, NotFoundError
from core.model.adapter_card import read_card
from core.model.devices import choose_device, free_memory
from core.model.files import is_adapter_folder, read_adapter_folder, read_model_folder
from core.model.hub import cached_snapshot, is_hub_id
from core.model.memory import adapter_parameters, backbone_parameters, catalogue_parameters, estimate, gibibytes
from core.results import AdapterSummary, Availability, CandidateSummary, Requirements
from core.settings import DeviceName, Settings


def summarise(candidate: CandidateConfig, settings: Settings) -> CandidateSummary:
    """A candidate as a page shows it. Reads config.json and file names, never weights."""
    base = candidate.base_model
    place = _place(base.pretrained_model_name_or_path, base.cache_dir or settings.cache_dir)
    numbers = _config_numbers(place) if place else {}
    architecture = candidate.architecture
    availability, message = _availability(candidate, place)
    return CandidateSummary(
        id=candidate.id,
        title=candidate.name,
        role=candidate.role,
        summary=candidate.summary,
        model_type=base.model_type,
        mask=_mask(candidate, numbers),
        source=base.pretrained_model_name_or_path,
        licence=candidate.licence,
        url=candidate.url,
        gated=candidate.gated,
        parameters=catalogue_parameters(candidate) or (_counted(place) if place else None),
        layers=architecture.num_hidden_layers if architecture else numbers.get("num_hidden_layers"),
        hidden_size=architecture.hidden_size if architecture else numbers.get("hidden_size"),
        max_tokens=candidate.max_tokens or numbers.get("max_position_embeddings"),
        adapters=tuple(_adapter(entry, settings) for entry in candidate.adapters),
        examples=candidate.examples,
        availability=availability,
        message=message,
    )


def requirements(candidate: CandidateConfig, adapter: AdapterEntry | None, settings: Settings) -> Requirements:
    """Memory that a load takes, against what is free."""
    base = candidate.base_model
    cache = base.cache_dir or settings.cache_dir
    place = _place(base.pretrained_model_name_or_path, cache)
    device = _device(settings.device)
    free = free_memory(device)
    if settings.memory_budget_gb is not None:
        free = min(free, int(settings.memory_budget_gb * 2**30))
    stored = None
    if place is not None:
        folder = read_model_folder(place)
        parameters, stored = backbone_parameters(folder), folder.stored_bytes
    else:
        known = catalogue_parameters(candidate)
        if known is None:
            raise NotFoundError(
                f"What '{candidate.id}' needs is not known before its files are here.",
                fix="load it, or add its architecture numbers to its YAML.",
            )
        parameters = known
    adapter_place = _place(adapter.path, cache) if adapter else None
    if adapter_place is not None:
        parameters += adapter_parameters(read_adapter_folder(adapter_place))
    return estimate(parameters, base.torch_dtype, device, free, stored)


def describe(
    source: str, title: str, adapter: str, model_type: str, pooler_type: str | None, taken: Sequence[str]
) -> CandidateConfig:
    """A candidate of a person's own from what they typed, checked as far as files are here.

    Raises:
        AppError: nothing there, an adapter folder instead of a model, a pickle, a damaged file, a bad name.
    """
    source, adapter = source.strip(), adapter.strip()
    if not source:
        raise InputError("No model is given.", fix="type a folder on this machine or a Hub id (organisation/model).")
    entries = [_adapter_entry(adapter)] if adapter else []
    kind = _checked_type(model_type) if model_type else _guess_type(source, adapter)
    fields: dict[str, Any] = {"pretrained_model_name_or_path": _absolute(source), "model_type": kind}
    if pooler_type:
        fields["pooler_type"] = pooler_type
    if not is_hub_id(source):
        read_model_folder(Path(source).expanduser())
    candidate_id = _free_id(identifier_from(title or source), taken)
    return CandidateConfig(
        id=candidate_id, title=title.strip() or Path(source).name, role="own",
        base_model=BaseModelConfig(**fields), adapters=tuple(entries),
    )  # fmt: skip


def find(name: str, catalogue: Catalogue, extra: Mapping[str, CandidateConfig]) -> CandidateConfig:
    """The candidate that a catalogue id, a YAML file, a folder or a Hub id means.

    Raises:
        NotFoundError: nothing of that name.
    """
    if name in catalogue.ids:
        return catalogue.get(name)
    if name in extra:
        return extra[name]
    if name.endswith((".yaml", ".yml")):
        return read_candidate(Path(name).expanduser().absolute())
    if is_place(name):
        return describe(name, "", "", "", None, [])
    return catalogue.get(name)


def is_place(name: str) -> bool:
    """Whether a name is a folder here or could be a Hub id."""
    return Path(name).expanduser().is_dir() or is_hub_id(name)


def with_adapter(candidate: CandidateConfig, adapter: str) -> CandidateConfig:
    """The candidate with one more adapter at its end; its mask follows what the adapter was trained with."""
    taken = [a.id for a in candidate.adapters]
    entry = _adapter_entry(adapter)
    entry = AdapterEntry(id=_free_id(entry.id, taken), path=entry.path)
    data = candidate.model_dump()
    data["adapters"] = [*data["adapters"], entry.model_dump()]
    if candidate.role == "own" and candidate.base_model.model_type in model_types(bidirectional=False):
        data["base_model"]["model_type"] = _guess_type(candidate.base_model.pretrained_model_name_or_path, adapter)
    return CandidateConfig(**data)


def _adapter_entry(adapter: str) -> AdapterEntry:
    if not is_hub_id(adapter):
        read_adapter_folder(Path(adapter).expanduser())
    return AdapterEntry(id=identifier_from(adapter), path=_absolute(adapter), title=Path(adapter).name)


def _guess_type(source: str, adapter: str) -> ModelType:
    """The family's plain name from config.json, bidirectional when model or adapter was trained so."""
    place, adapter_place = Path(source).expanduser(), Path(adapter).expanduser() if adapter else None
    if not place.is_dir():
        return "vanilla"
    card = read_card(adapter_place) if adapter_place and is_adapter_folder(adapter_place) else None
    return model_type_for(_config_numbers(place), bidirectional=card is not None and card.bidirectional)


def _checked_type(model_type: str) -> ModelType:
    if model_type not in MODEL_TYPES:
        raise ConfigError(f"There is no model_type '{model_type}'.", fix=suggest(model_type, MODEL_TYPES))
    return model_type


def _free_id(wanted: str, taken: Sequence[str]) -> str:
    number, name = 2, wanted
    while name in taken:
        name, number = f"{wanted[:76]}-{number}", number + 1
    return name


def _absolute(name: str) -> str:
    return name if is_hub_id(name) else str(Path(name).expanduser().absolute())


def _place(name: str, cache: Path | None) -> Path | None:
    """The folder here, or None; a folder that a YAML names is returned even if files in it are missing."""
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    return cached_snapshot(name, cache) if is_hub_id(name) else None


def _availability(candidate: CandidateConfig, place: Path | None) -> tuple[Availability, str]:
    name = candidate.base_model.pretrained_model_name_or_path
    if place is not None and any(place.glob("*.safetensors")):
        return Availability.READY, ""
    if place is not None:
        return Availability.MISSING, f"The folder '{name}' holds no safetensors weights."
    if not is_hub_id(name):
        return Availability.MISSING, f"There is no folder '{name}'."
    known = catalogue_parameters(candidate)
    size = f" ({gibibytes(2 * known)} in 16 bit)" if known else ""
    gate = " Its licence has to be accepted on the Hub first." if candidate.gated else ""
    return Availability.ON_HUB, f"The weights are not on this machine{size}. Loading fetches them from the Hub.{gate}"


def _adapter(entry: AdapterEntry, settings: Settings) -> AdapterSummary:
    place = _place(entry.path, settings.cache_dir)
    available = place is not None and is_adapter_folder(place)
    message = "" if available else f"There is no adapter in '{entry.path}'."
    return AdapterSummary(entry.id, entry.title or entry.id, entry.summary, entry.examples, available, message)


def _mask(candidate: CandidateConfig, numbers: Mapping[str, Any]) -> str:
    window = candidate.architecture.sliding_window if candidate.architecture else numbers.get("sliding_window")
    return stated_mask(candidate.base_model.architecture, window)


def _config_numbers(place: Path) -> dict[str, Any]:
    path = place / "config.json"
    return _read_numbers(str(path), path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=256)
def _read_numbers(path: str, _changed: int) -> dict[str, Any]:
    """config.json once per version of the file; a damaged one counts as empty here and is refused on load."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError):
        return {}
    return data if isinstance(data, dict) else {}


def _counted(place: Path) -> int | None:
    files = sorted(place.glob("*.safetensors"))
    stamp = max((f.stat().st_mtime_ns for f in files), default=0)
    return _count(str(place), stamp) if files else None


@lru_cache(maxsize=256)
def _count(place: str, _changed: int) -> int | None:
    try:
        return backbone_parameters(read_model_folder(Path(place)))
    except AppError:
        return None


def _device(name: DeviceName) -> str:
    """The device without importing torch where there can be no accelerator: a look at needs stays light."""
    accelerated = "torch" in sys.modules or sys.platform == "darwin" or Path("/dev/nvidiactl").exists()
    return choose_device(name) if accelerated or name != "auto" else "cpu"
