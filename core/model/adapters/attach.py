"""LoRA adapters on a classifier: new ones, saved ones, and writing them as standard PEFT folders."""

from __future__ import annotations

import dataclasses
import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from safetensors.torch import load_file, save_file

from core.config.adapter import AdapterConfig
from core.config.base_model import DtypeName
from core.config.families import family_named, lifts_mask
from core.config.strict_model import suggest
from core.errors import AdapterError, ConfigError
from core.files.fingerprint import fingerprint
from core.files.folders import ADAPTER_CONFIG, ADAPTER_WEIGHTS, AdapterFolder, read_adapter_folder
from core.model.adapters.card import AdapterCard, read_card
from core.model.adapters.health import check_before, check_keys, check_values
from core.model.adapters.trained_modules import PEFT_PREFIX, AdapterParts, adapter_parts
from core.model.classifier import PooledClassifier
from core.model.open import OpenedClassifier
from core.model.pooled_config import PREFIX, part_fields
from core.model.share import sibling
from core.results import Check, CheckStatus, HealthReport

# PEFT 0.21 asks transformers 5.23 by an old name; nothing that a user could mend.
warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)


@dataclass(frozen=True)
class AttachedAdapter:
    """A classifier with its adapter, and what the health check found."""

    model: PeftModel
    labels: tuple[str, ...]
    max_tokens: int | None
    health: HealthReport


def attach_new_adapter(model: PooledClassifier, config: AdapterConfig) -> PeftModel:
    """Put a fresh adapter on a classifier; pooler and head are trained whole with it.

    Raises:
        ConfigError: a target module, layer or module to save that this model does not have.
    """
    _check_new(model, config)
    saved = dict.fromkeys(config.modules_to_save or ())
    if any(True for _ in model.pooler.parameters()):
        saved["pooler"] = None
    saved["score"] = None
    data = {**config.to_dict(), "task_type": None, "modules_to_save": list(saved)}
    data["target_modules"] = _targets(model, config)
    if config.init_lora_weights == "loftq":
        data["loftq_config"] = _loftq_config()
    return cast(PeftModel, get_peft_model(model, LoraConfig(**data)))


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
    checks += [check_keys(_expected(attached), set(named)), *check_values(named)]
    checks += _renaming_note(parts)
    _refuse(checks, path, opened)
    set_peft_model_state_dict(attached, {PEFT_PREFIX + name: tensor for name, tensor in named.items()})
    attached.train(False)
    return AttachedAdapter(attached, parts.labels, card.max_tokens if card else None, HealthReport(tuple(checks)))


def card_for(
    opened: OpenedClassifier,
    model: PooledClassifier,
    labels: Iterable[str],
    *,
    base_name: str = "",
    max_tokens: int | None = None,
) -> AdapterCard:
    """The card to save beside an adapter that was trained on `model`, a classifier over `opened`'s folder."""
    fields = part_fields(model.config)
    kind = str(opened.folder.config.get("model_type", "")).removeprefix(PREFIX)
    return AdapterCard(
        model_type=kind,
        family=family_named(kind),
        bidirectional=lifts_mask(model.config),
        hidden_size=model.config.get_text_config().hidden_size,
        num_hidden_layers=model.config.get_text_config().num_hidden_layers,
        labels=tuple(labels),
        problem_type=fields.problem,
        pooler_type=fields.pooler_name,
        pooler_config=fields.pooler.to_dict(),
        head_type=fields.head_name,
        criterion=fields.criterion,
        criterion_config=fields.criterion_config,
        max_tokens=max_tokens,
        base_name=base_name or opened.folder.path.name,
        base_fingerprint=fingerprint(opened.folder.tensors),
    )


def save_adapter(model: PeftModel, folder: Path, card: AdapterCard, dtype: DtypeName | None = None) -> None:
    """Write a standard PEFT folder plus `classifier.json`; `dtype` stores the tensors in that type.

    The task type is written as SEQ_CLS, whatever the config said: with CAUSAL_LM, PEFT could not put it back
    on a classifier.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(str(folder), save_embedding_layers=False)
    if dtype is not None:
        tensors = load_file(folder / ADAPTER_WEIGHTS)
        requested = getattr(torch, dtype)
        save_file({k: t.to(requested) for k, t in tensors.items()}, folder / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    path = folder / ADAPTER_CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    config["task_type"] = "SEQ_CLS"
    config["base_model_name_or_path"] = card.base_name or None
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    card.write(folder)


def _targets(model: PooledClassifier, config: AdapterConfig) -> str | list[str]:
    """`all-linear` means the backbone's linear layers: pooler and head are trained whole anyway."""
    if config.target_modules == "all-linear":
        linear = [name for name, module in model.backbone.named_modules() if isinstance(module, torch.nn.Linear)]
        return sorted({name.rsplit(".", 1)[-1] for name in linear})
    return config.target_modules if isinstance(config.target_modules, str) else list(config.target_modules)


def _loftq_config() -> Any:
    """LoftQ quantises the base to 4 bits while it starts the factors; PEFT does that with bitsandbytes on a GPU."""
    from peft import LoftQConfig
    from peft.import_utils import is_bnb_4bit_available

    if not (is_bnb_4bit_available() and torch.cuda.is_available()):
        raise ConfigError(
            "init_lora_weights 'loftq' needs a GPU and the package bitsandbytes, and one of them is not here.",
            fix="use true, 'gaussian' or 'pissa', or install bitsandbytes on a machine with a GPU.",
        )
    return LoftQConfig(loftq_bits=4)


def _check_new(model: PooledClassifier, config: AdapterConfig) -> None:
    names = [name for name, module in model.named_modules() if not name.startswith(("score", "pooler"))]
    last = sorted({name.rsplit(".", 1)[-1] for name in names if name and not name.rsplit(".", 1)[-1].isdigit()})
    targets = () if isinstance(config.target_modules, str) else config.target_modules
    for target in targets:
        if not any(name == target or name.endswith("." + target) for name in names):
            raise ConfigError(
                f"target_modules has '{target}', which {type(model).__name__} does not have.", fix=suggest(target, last)
            )
    known = {part for name, _ in model.named_modules() for part in name.split(".")}
    for name in config.modules_to_save or ():
        if name not in known:
            raise ConfigError(
                f"modules_to_save has '{name}', which {type(model).__name__} does not have.",
                fix=suggest(name, ["pooler", "score", *last]),
            )
    depth = model.config.get_text_config().num_hidden_layers
    for layer in config.layers_to_transform or ():
        if layer >= depth:
            raise ConfigError(
                f"layers_to_transform has {layer}, and the backbone has layers 0 to {depth - 1}.",
                fix="name layers in that range.",
            )


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
    return {name.removeprefix(PEFT_PREFIX) for name in get_peft_model_state_dict(model, save_embedding_layers=False)}


def _copy_parts(source: PooledClassifier, target: PooledClassifier) -> None:
    """An adapter without a head takes the base's own pooler and head, trained or not."""
    target.pooler.load_state_dict(source.pooler.state_dict())
    target.score.load_state_dict(source.score.state_dict())


def _renaming_note(parts: AdapterParts) -> list[Check]:
    notes = []
    if parts.renamed:
        text = "It was trained on the bare backbone; its weights were put in their place in the classifier."
        notes.append(Check("Names", CheckStatus.NOTE, text))
    if any(name.startswith("lm_head") for name in parts.tensors):
        text = "It also holds weights for the language-model head, which a classifier does not use."
        notes.append(Check("Language-model head", CheckStatus.NOTE, text))
    return notes


def _refuse(checks: list[Check], path: Path, opened: OpenedClassifier) -> None:
    refused = [c for c in checks if c.status is CheckStatus.REFUSED]
    if refused:
        more = f" ({len(refused)} checks failed.)" if len(refused) > 1 else ""
        raise AdapterError(
            f"Adapter '{path.name}' does not fit the base '{opened.folder.path.name}'. "
            f"{refused[0].name}: {refused[0].message}{more}",
            fix=refused[0].fix,
        )
