"""A candidate of a person's own whose files are still on the Hub: that it is there, and what is known before a load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.config.candidate import ArchitectureNumbers, CandidateConfig
from core.config.families import TIED, family_named
from core.config.hub_name import HubName
from core.engine.own_candidate import type_for
from core.errors import ConfigError
from core.files.hub_entry import look_up, require_adapter, require_model
from core.files.locate import locate_adapter, locate_candidate
from core.settings import Settings

#: What a config.json may state beside the numbers that makes parameters which the numbers do not tell.
_MORE_PARAMETERS = ("attention_bias", "mlp_bias")


def asked_hub(candidate: CandidateConfig, settings: Settings, *, typed: bool) -> CandidateConfig:
    """The candidate with what the Hub says of its base: licence, gate, size, numbers, and its architecture.

    Only what is not here is asked about. Where the Hub cannot be asked the candidate stays as it is, unchecked. `typed`
    says that a person chose its architecture, which then stays.

    Raises:
        NotFoundError: the Hub has no such base, adapter or revision.
        CheckpointError: what it has could not be loaded.
    """
    _check_adapters(candidate, settings)
    base = candidate.base_model
    hub = HubName.parse(base.pretrained_model_name_or_path)
    place = locate_candidate(candidate, settings)
    if hub is None or (place is not None and place.can_be_opened):
        return candidate
    entry = look_up(HubName(hub.id, candidate.revision))
    if entry is None:
        return candidate
    require_model(entry)
    if not typed:
        adapter = candidate.adapters[0].path if candidate.adapters else ""
        base = base.with_changes(model_type=type_for(entry.config, adapter))
    numbers = architecture_numbers(entry.config)
    changes = {
        "base_model": base,
        "licence": entry.licence,
        "gated": entry.gated,
        "url": entry.url,
        "stored_bytes": entry.bytes or None,
        "architecture": numbers,
        "parameters": None if numbers else entry.parameters,
    }
    return candidate.model_copy(update=changes)


def architecture_numbers(config: Mapping[str, Any]) -> ArchitectureNumbers | None:
    """The numbers that a config.json states, of a family whose parameters they tell; None where they do not."""
    kind = str(config.get("model_type", ""))
    if family_named(kind) == "vanilla" or any(config.get(name) for name in _MORE_PARAMETERS):
        return None
    fields: dict[str, Any] = {name: config[name] for name in ArchitectureNumbers.model_fields if config.get(name)}
    heads, width = fields.get("num_attention_heads"), fields.get("hidden_size")
    if isinstance(heads, int) and isinstance(width, int) and heads:
        fields = {"num_key_value_heads": heads, "head_dim": width // heads, **fields}
    fields["tie_word_embeddings"] = bool(config.get("tie_word_embeddings", kind in TIED))
    try:
        return ArchitectureNumbers(**fields)
    except ConfigError:  # a number that is not there, or none
        return None


def _check_adapters(candidate: CandidateConfig, settings: Settings) -> None:
    for adapter in candidate.adapters:
        hub = HubName.parse(adapter.path)
        if hub is None or locate_adapter(candidate, adapter, settings) is not None:
            continue
        entry = look_up(HubName(hub.id, adapter.revision))
        if entry is not None:
            require_adapter(entry)
