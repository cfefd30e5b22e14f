"""A saved LoRA adapter on the classifier that it was trained on: checked, attached, its weights put in place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model_state_dict, set_peft_model_state_dict
from torch import Tensor

from core.config.components import VALUE_TYPE
from core.files.folders import AdapterFolder, read_adapter_folder
from core.model.adapters.base_head import base_head
from core.model.adapters.card import read_card
from core.model.adapters.embeddings import put_embeddings
from core.model.adapters.health import check_attached, check_before
from core.model.adapters.outcomes import note, require_none_refused
from core.model.adapters.start_values import usable
from core.model.adapters.tensor_names import PEFT_PREFIX, REPLACED, wrapper_prefix
from core.model.adapters.trained_modules import AdapterParts, adapter_parts
from core.model.classifier import PooledClassifier
from core.model.library_errors import told_of
from core.model.open import OpenedClassifier
from core.model.pooled_config import parts_of
from core.model.share import sibling
from core.model.tensors import read_tensors
from core.results import Check, HealthReport


@dataclass(frozen=True)
class AttachedAdapter:
    """A classifier with its adapter, and what the health check found.

    `untrained` are the parameters of pooler and head that neither adapter nor base has: they have random start values.
    """

    model: PeftModel
    labels: tuple[str, ...]
    max_tokens: int | None
    health: HealthReport
    untrained: frozenset[str] = frozenset()


def load_adapter(opened: OpenedClassifier, path: Path, *, is_trainable: bool = False) -> AttachedAdapter:
    """Attach a saved adapter to a sibling of the opened classifier, which itself stays as it is.

    Raises:
        AdapterError: what would silently classify wrongly, with every refusal that was found.
    """
    folder = read_adapter_folder(path)
    card = read_card(path)
    parts = adapter_parts(folder, card, opened.model.config, opened.model.base_model_prefix, opened.folder.config)
    checks = check_before(opened, folder, card, parts)
    require_none_refused(checks, path, opened.folder.path)
    base = sibling(opened.model, **(parts.config_changes() if parts.has_head or card else {}))
    of_base = base_head(parts, opened.folder)
    _copy_head(opened.model, base)
    _put(base, read_tensors(of_base, opened.model.device))
    own = {name: entry for name, entry in parts.tensors.items() if not name.startswith("lm_head")}
    own = put_embeddings(base, own)
    direct = {name: entry for name, entry in own.items() if name.startswith("score.") and parts.head_type == VALUE_TYPE}
    _put(base, read_tensors(direct, opened.model.device))
    factors = {name: entry for name, entry in own.items() if name not in direct}
    with told_of(path, folder.config):
        attached = PeftModel(base, stored_lora(folder, parts, is_trainable), autocast_adapter_dtype=is_trainable)
    expected = _expected(attached)
    factors = {name: entry for name, entry in factors.items() if name in expected or REPLACED not in name}
    tensors = read_tensors(factors, opened.model.device)
    checks += [*check_attached(expected, tensors), *_naming_notes(folder, parts)]
    require_none_refused(checks, path, opened.folder.path)
    with told_of(path, folder.config):
        set_peft_model_state_dict(attached, {PEFT_PREFIX + name: tensor for name, tensor in tensors.items()})
    attached.train(False)
    untrained = parts.parameters - set(parts.tensors) - set(of_base)
    limit = card.max_tokens if card else None
    return AttachedAdapter(attached, parts.labels, limit, HealthReport(tuple(checks)), frozenset(untrained))


def stored_lora(folder: AdapterFolder, parts: AdapterParts, is_trainable: bool) -> LoraConfig:
    """PEFT's config of a saved adapter, as it fits a classifier.

    The modules that it adapts are those that have factors in the file: whatever pattern chose them, in whatever model,
    these they were.
    """
    known = {f.name for f in dataclasses.fields(LoraConfig)}
    data: dict[str, Any] = {k: v for k, v in folder.config.items() if k in known}
    if parts.adapted and not data.get("target_parameters"):  # those are no modules, and PEFT names both by their ends
        data |= {"target_modules": parts.adapted, "exclude_modules": None}
        data |= {"layers_to_transform": None, "layers_pattern": None}
    for field in ("rank_pattern", "alpha_pattern"):
        data[field] = data.get(field) or {}
    data["init_lora_weights"] = usable(folder.config)
    saved = _saved_modules(folder, parts)
    data.update(task_type=None, inference_mode=not is_trainable, modules_to_save=saved or None)
    return LoraConfig(**data)


def _saved_modules(folder: AdapterFolder, parts: AdapterParts) -> list[str]:
    """The modules that the file holds whole: those that it names, and those of pooler and head that are there."""
    roots = parts.saved_roots
    named = [m for m in folder.config.get("modules_to_save") or [] if m not in ("lm_head", "score", "pooler")]
    others = [m for m in named if any(f".{m}." in f".{name}" for name in parts.whole if not parts.is_head(name))]
    return [*others, *roots]


def _copy_head(source: PooledClassifier, target: PooledClassifier) -> None:
    """What the adapter does not bring of pooler and head is as the base has it, trained or not."""
    if parts_of(source.config) == parts_of(target.config):
        held = dict(source.named_parameters())
        for name, parameter in target.named_parameters():
            same = held.get(name) if name.startswith(("score.", "pooler.")) else None
            if same is not None and same.shape == parameter.shape:
                parameter.data.copy_(same.data)


def _put(model: torch.nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Values into parameters of the model, in their own dtype."""
    with torch.no_grad():
        for name, tensor in tensors.items():
            model.get_parameter(name).copy_(tensor)


def _expected(model: PeftModel) -> set[str]:
    """Names of the tensors that the file of such an adapter holds."""
    return {name.removeprefix(PEFT_PREFIX) for name in get_peft_model_state_dict(model, save_embedding_layers=False)}


def _naming_notes(folder: AdapterFolder, parts: AdapterParts) -> list[Check]:
    """What of its names is not as in the classifier, and why that is no fault."""
    notes = []
    if wrapper := wrapper_prefix(folder.tensors):
        notes.append(note("Names", f"Its names have the prefix '{wrapper}' of a wrapper, which was taken off."))
    if parts.renamed:
        text = "It was trained on the bare backbone; its weights were put in their place in the classifier."
        notes.append(note("Names", text))
    if any(name.startswith("lm_head") for name in parts.tensors):
        text = "It also holds weights for the language-model head, which a classifier does not use."
        notes.append(note("Language-model head", text))
    return notes
