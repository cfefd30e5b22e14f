"""A saved LoRA adapter on the classifier that it was trained on: checked, attached, its weights put in place."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file

from core.errors import AdapterError
from core.files.folders import ADAPTER_WEIGHTS, AdapterFolder, read_adapter_folder
from core.model.adapters.card import read_card
from core.model.adapters.health import check_attached, check_before
from core.model.adapters.outcomes import note
from core.model.adapters.trained_modules import PEFT_PREFIX, AdapterParts, adapter_parts
from core.model.classifier import PooledClassifier
from core.model.open import OpenedClassifier
from core.model.share import sibling
from core.results import Check, CheckStatus, HealthReport


@dataclass(frozen=True)
class AttachedAdapter:
    """A classifier with its adapter, and what the health check found."""

    model: PeftModel
    labels: tuple[str, ...]
    max_tokens: int | None
    health: HealthReport


def load_adapter(opened: OpenedClassifier, path: Path, *, is_trainable: bool = False) -> AttachedAdapter:
    """Attach a saved adapter to a sibling of the opened classifier, which itself stays as it is.

    Raises:
        AdapterError: what would silently classify wrongly, with every refusal that was found.
    """
    folder = read_adapter_folder(path)
    card = read_card(path)
    parts = adapter_parts(folder, card, opened.model.config, opened.model.base_model_prefix)
    checks = check_before(opened, folder, card, parts)
    _refuse(checks, path, opened)
    base = sibling(opened.model, **(parts.config_changes() if parts.has_head or card else {}))
    if not parts.has_head:
        _copy_parts(opened.model, base)
    attached = PeftModel(base, stored_lora(folder, parts, is_trainable), autocast_adapter_dtype=is_trainable)
    tensors = load_file(path / ADAPTER_WEIGHTS, device=str(opened.model.device))
    named = {name: tensors[key] for name, key in _file_keys(parts, folder).items() if not name.startswith("lm_head")}
    checks += [*check_attached(_expected(attached), named), *_naming_notes(parts)]
    _refuse(checks, path, opened)
    set_peft_model_state_dict(attached, {PEFT_PREFIX + name: tensor for name, tensor in named.items()})
    attached.train(False)
    return AttachedAdapter(attached, parts.labels, card.max_tokens if card else None, HealthReport(tuple(checks)))


def stored_lora(folder: AdapterFolder, parts: AdapterParts, is_trainable: bool) -> LoraConfig:
    """PEFT's config of a saved adapter, as it fits a classifier."""
    known = {f.name for f in dataclasses.fields(LoraConfig)}
    data: dict[str, Any] = {k: v for k, v in folder.config.items() if k in known}
    saved = {name.split(".", 1)[0] for name in parts.tensors if ".lora_" not in name and "." in name}
    retained = [m for m in data.get("modules_to_save") or [] if m in saved or any(f".{m}." in n for n in parts.tensors)]
    for part in ("pooler", "score"):
        if part in saved and part not in retained:
            retained.append(part)
    targets = data.get("target_modules")
    if isinstance(targets, list):
        data["target_modules"] = [t for t in targets if t != "lm_head"]
    for field in ("rank_pattern", "alpha_pattern"):
        data[field] = data.get(field) or {}
    if data.get("init_lora_weights") == "loftq":  # the factors come from the file; nothing is quantised here
        data["init_lora_weights"] = True
    data.update(
        task_type=None, inference_mode=not is_trainable, modules_to_save=[m for m in retained if m != "lm_head"] or None
    )
    return LoraConfig(**data)


def _file_keys(parts: AdapterParts, folder: AdapterFolder) -> dict[str, str]:
    """Names as the classifier has them -> names in the file."""
    by_entry = {id(entry): key for key, entry in folder.tensors.items()}
    return {name: by_entry[id(entry)] for name, entry in parts.tensors.items()}


def _expected(model: PeftModel) -> set[str]:
    """Names of the tensors that the file of such an adapter holds."""
    return {name.removeprefix(PEFT_PREFIX) for name in get_peft_model_state_dict(model, save_embedding_layers=False)}


def _copy_parts(source: PooledClassifier, target: PooledClassifier) -> None:
    """An adapter without a head takes the base's own pooler and head, trained or not."""
    target.pooler.load_state_dict(source.pooler.state_dict())
    target.score.load_state_dict(source.score.state_dict())


def _naming_notes(parts: AdapterParts) -> list[Check]:
    """What of its names is not as in the classifier, and why that is no fault."""
    notes = []
    if parts.renamed:
        text = "It was trained on the bare backbone; its weights were put in their place in the classifier."
        notes.append(note("Names", text))
    if any(name.startswith("lm_head") for name in parts.tensors):
        text = "It also holds weights for the language-model head, which a classifier does not use."
        notes.append(note("Language-model head", text))
    return notes


def _refuse(checks: list[Check], path: Path, opened: OpenedClassifier) -> None:
    """Raises AdapterError with the first refusal among the checks, and how many there are."""
    refused = [c for c in checks if c.status is CheckStatus.REFUSED]
    if refused:
        more = f" ({len(refused)} checks failed.)" if len(refused) > 1 else ""
        raise AdapterError(
            f"Adapter '{path.name}' does not fit the base '{opened.folder.path.name}'. "
            f"{refused[0].name}: {refused[0].message}{more}",
            fix=refused[0].fix,
        )
