"""A candidate of a person's own, from what they typed: a folder, a YAML file, a Hub id, an adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.config.base_model import BaseModelConfig
from core.config.candidate import AdapterEntry, CandidateConfig
from core.config.catalogue import Catalogue, identifier_from, read_candidate
from core.config.families import MODEL_TYPES, PREFIX, ModelType, model_type_for, model_types
from core.config.hub_name import HubName
from core.config.strict_model import suggest
from core.errors import ConfigError, InputError
from core.files.config_numbers import config_numbers
from core.files.folders import is_adapter_folder, read_adapter_folder, read_model_folder
from core.files.hub import is_hub_id
from core.files.locate import is_place
from core.model.adapters.card import read_card


def describe(
    source: str,
    title: str,
    adapter: str,
    model_type: str,
    pooler_type: str | None,
    taken: Sequence[str],
    quantisation: str = "none",
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
    if quantisation != "none":
        fields["quantisation"] = quantisation
    if not is_hub_id(source):
        read_model_folder(Path(source).expanduser())
    candidate_id = free_id(_identifier(title or source), taken)
    return CandidateConfig(
        id=candidate_id,
        title=title.strip() or _title(source),
        role="own",
        base_model=BaseModelConfig(**fields),
        adapters=tuple(entries),
    )


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


def with_adapter(candidate: CandidateConfig, adapter: str) -> CandidateConfig:
    """The candidate with one more adapter at its end; its mask follows what the adapter was trained with."""
    taken = [a.id for a in candidate.adapters]
    entry = _adapter_entry(adapter)
    entry = entry.model_copy(update={"id": free_id(entry.id, taken)})
    data = candidate.model_dump()
    data["adapters"] = [*data["adapters"], entry.model_dump()]
    if candidate.role == "own" and candidate.base_model.model_type in model_types(bidirectional=False):
        data["base_model"]["model_type"] = _guess_type(candidate.base_model.pretrained_model_name_or_path, adapter)
    return CandidateConfig(**data)


def _adapter_entry(adapter: str) -> AdapterEntry:
    if not is_hub_id(adapter):
        read_adapter_folder(Path(adapter).expanduser())
    return AdapterEntry(id=_identifier(adapter), path=_absolute(adapter), title=_title(adapter))


def _identifier(name: str) -> str:
    """An id that keeps a revision apart from the main one: `org/model@refs/pr/1` -> `model-refs-pr-1`."""
    hub = HubName.parse(name) if is_hub_id(name) else None
    if hub is None or hub.revision is None:
        return identifier_from(name)
    return identifier_from(f"{hub.id}-{hub.revision.replace('/', '-')}")


def _title(name: str) -> str:
    """The name of a folder or model; a revision stands behind it."""
    hub = HubName.parse(name) if is_hub_id(name) else None
    return Path(name).name if hub is None else Path(hub.id).name + (f" @ {hub.revision}" if hub.revision else "")


def _guess_type(source: str, adapter: str) -> ModelType:
    """The family's plain name from config.json, bidirectional when model or adapter was trained so."""
    place = Path(source).expanduser()
    return type_for(config_numbers(place), adapter) if place.is_dir() else "vanilla"


def type_for(config: Mapping[str, Any], adapter: str) -> ModelType:
    """The plain name for a config.json, bidirectional when the model was trained so, or the adapter on that family."""
    place = Path(adapter).expanduser() if adapter else None
    card = read_card(place) if place and is_adapter_folder(place) else None
    kind = str(config.get("model_type", "")).removeprefix(PREFIX)
    trained_on = (card.model_type or card.family or kind).removeprefix(PREFIX) if card is not None else ""
    return model_type_for(config, bidirectional=card is not None and card.bidirectional and trained_on == kind)


def _checked_type(model_type: str) -> ModelType:
    if model_type not in MODEL_TYPES:
        raise ConfigError(f"There is no model_type '{model_type}'.", fix=suggest(model_type, MODEL_TYPES))
    return model_type


def free_id(requested: str, taken: Sequence[str]) -> str:
    """An id that nobody has: the one requested, or with a number behind it."""
    number, name = 2, requested
    while name in taken:
        name, number = f"{requested[:76]}-{number}", number + 1
    return name


def _absolute(name: str) -> str:
    return name if is_hub_id(name) else str(Path(name).expanduser().absolute())
